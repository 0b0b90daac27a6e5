namespace Fanfare;

/// <summary>A bound of an outbox, as <see cref="OutboxLimits"/> sets it.</summary>
public enum OutboxBound
{
    /// <summary>None.</summary>
    None,

    /// <summary><see cref="OutboxLimits.MaxBytes"/>.</summary>
    Bytes,

    /// <summary><see cref="OutboxLimits.MaxCount"/>.</summary>
    Count,

    /// <summary><see cref="OutboxLimits.MaxAge"/>.</summary>
    Age,
}
