namespace Fanfare;

/// <summary>What a wire needs to answer an event: it made it when the event came, and gets it back with the ack.</summary>
/// <remarks>Socket.IO numbers its acks; the plain wire repeats whatever the client called its request.</remarks>
public readonly struct AckTicket
{
    /// <summary>A ticket with a number.</summary>
    public AckTicket(long number)
    {
        Number = number;
        IsWanted = true;
    }

    /// <summary>A ticket with a reference of the client's own.</summary>
    public AckTicket(ReadOnlyMemory<byte> reference)
    {
        Reference = reference;
        IsWanted = true;
    }

    /// <summary>Whether the client waits for an answer; not for the default value.</summary>
    public bool IsWanted { get; }

    /// <summary>The number.</summary>
    public long Number { get; }

    /// <summary>The client's own reference, as it came.</summary>
    public ReadOnlyMemory<byte> Reference { get; }
}
