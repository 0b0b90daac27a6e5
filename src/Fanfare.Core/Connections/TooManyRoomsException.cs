namespace Fanfare;

/// <summary>Thrown when a connection would be in more rooms than it may.</summary>
/// <param name="limit">How many it may be in.</param>
public sealed class TooManyRoomsException(int limit) : InvalidOperationException($"A connection may be in {limit} rooms at most (ConnectionLimits.MaxRooms).")
{
    /// <summary>How many rooms it may be in.</summary>
    public int Limit { get; } = limit;
}
