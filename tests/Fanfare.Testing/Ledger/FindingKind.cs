namespace Fanfare.Testing;

/// <summary>What is wrong with a delivery.</summary>
public enum FindingKind
{
    /// <summary>Published while the reader was a member, never received, and no gap was told.</summary>
    Lost,

    /// <summary>Received more than once.</summary>
    Doubled,

    /// <summary>Received after a later one of the same publisher and room.</summary>
    OutOfOrder,

    /// <summary>Received with another content or cursor than it was published with, or never published at all.</summary>
    Altered,

    /// <summary>Received by who was no member of the room, or from a time before it entered without asking for the past.</summary>
    Leaked,

    /// <summary>Published while a reader was away that came back, was told that nothing is missing, and never got it.</summary>
    SilentGap,
}
