namespace Fanfare;

/// <summary>An event that a client sent, while its handlers run: name, arguments, and the way to ack it.</summary>
public sealed class EventContext
{
    private readonly AckTicket _ticket;
    private int _isAcked;

    internal EventContext(Connection connection, Message message, AckTicket ticket)
    {
        Connection = connection;
        Message = message;
        _ticket = ticket;
    }

    /// <summary>The connection that sent it.</summary>
    public Connection Connection { get; }

    /// <summary>What it said.</summary>
    public Message Message { get; }

    /// <summary>The name of the event.</summary>
    public string Event => Message.Event;

    /// <summary>The arguments, without the ack callback.</summary>
    public Arguments Arguments => Message.Arguments;

    /// <summary>Whether the client waits for an ack.</summary>
    public bool WantsAck => _ticket.IsWanted;

    /// <summary>Acks without arguments. Only the first ack is sent; without a waiting client nothing is.</summary>
    public void Ack() => Ack(Arguments.Empty);

    /// <summary>Acks with one argument.</summary>
    public void Ack<T>(T value)
    {
        if (WantsAck)
        {
            Ack(Connection.Serializer.Write(value));
        }
    }

    /// <summary>Acks with two arguments.</summary>
    public void Ack<T1, T2>(T1 first, T2 second)
    {
        if (WantsAck)
        {
            Ack(Connection.Serializer.Write(first, second));
        }
    }

    /// <summary>Acks with arguments passed on as they are.</summary>
    public void Ack(Arguments arguments)
    {
        if (WantsAck && Interlocked.Exchange(ref _isAcked, 1) == 0)
        {
            Connection.Answer(_ticket, arguments);
        }
    }

    /// <summary>Tells a client that waits for an ack that there is none, in the words of its wire; without one nothing is sent.</summary>
    /// <param name="code"><c>internal</c>, <c>bad_message</c>, or a code of the application's own.</param>
    public void Fail(string code)
    {
        if (WantsAck && Interlocked.Exchange(ref _isAcked, 1) == 0)
        {
            Connection.AnswerError(_ticket, code);
        }
    }

    /// <summary>Whether its arguments could not be read.</summary>
    internal bool IsUnfit { get; init; }

    /// <summary>Hands an event that nobody handles back to its wire, which may know what to say.</summary>
    internal void LeaveUnhandled() => Connection.LeaveUnhandled(this, _ticket);
}
