namespace Fanfare;

/// <summary>Something that a wire itself does for its client, in line with the handlers of what the client sent before and after.</summary>
public abstract class WireRequest
{
    /// <summary>What it is, for the log.</summary>
    public abstract string Name { get; }

    /// <summary>Does it.</summary>
    protected internal abstract ValueTask RunAsync();

    /// <summary>It threw, or did not end in time; the client is told in the words of its wire.</summary>
    protected internal abstract void Fail();
}
