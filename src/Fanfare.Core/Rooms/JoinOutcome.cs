namespace Fanfare;

/// <summary>What became of a wish to be in a room.</summary>
public enum JoinOutcome
{
    /// <summary>The member is in it now.</summary>
    Joined,

    /// <summary>It was in it before.</summary>
    AlreadyIn,

    /// <summary>It is in as many rooms as it may be.</summary>
    TooMany,

    /// <summary>It has left the namespace for good.</summary>
    Gone,
}
