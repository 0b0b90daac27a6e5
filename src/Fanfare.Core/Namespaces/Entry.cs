namespace Fanfare;

/// <summary>What became of a connection that wanted to enter a namespace.</summary>
public enum Entry
{
    /// <summary>It is in.</summary>
    Entered,

    /// <summary>Its user has as many connections as allowed.</summary>
    TooManyConnections,

    /// <summary>It ended before it was in.</summary>
    Gone,

    /// <summary>The namespace was retired meanwhile: look it up again.</summary>
    Retired,
}
