namespace Fanfare;

/// <summary>What came of one write of a <see cref="WriteBatch"/>.</summary>
/// <param name="length">See <see cref="Length"/>.</param>
/// <param name="written">See <see cref="Written"/>.</param>
public readonly struct BatchedWrite(int length, int written)
{
    /// <summary>How many bytes were to be written.</summary>
    public int Length { get; } = length;

    /// <summary>How many were: 0 when nothing fitted, negative when the connection is dead.</summary>
    public int Written { get; } = written;
}
