namespace Fanfare.Core.Tests.Namespaces;

/// <summary>A connection without a wire: it notes what it is sent, in the order in which it is sent.</summary>
internal sealed class MemoryConnection(string id, ConnectionScope scope) : Connection(id, scope, new Handshake(Request), User.Anonymous)
{
    private static readonly RequestInfo Request = new([], [], "/", "127.0.0.1", DateTimeOffset.UnixEpoch, isSecure: false, principal: null);
    private readonly Lock _gate = new();
    private readonly List<EncodedMessage> _heard = [];

    /// <summary>How many messages it was sent so far.</summary>
    public int HeardCount
    {
        get
        {
            lock (_gate)
            {
                return _heard.Count;
            }
        }
    }

    /// <summary>The messages that it was sent, but for so many first ones.</summary>
    public List<EncodedMessage> HeardFrom(int first = 0)
    {
        lock (_gate)
        {
            return _heard.GetRange(first, _heard.Count - first);
        }
    }

    /// <summary>When what it was sent is taken; at once if nothing is said.</summary>
    public Task Taken { get; set; } = Task.CompletedTask;

    public override string Transport => "memory";

    /// <summary>Ends it, as a wire does that broke.</summary>
    public void Break() => End(CloseReason.TransportClose);

    protected override bool Send(EncodedMessage message)
    {
        lock (_gate)
        {
            _heard.Add(message);
            return true;
        }
    }

    protected override void SendAck(AckTicket ticket, Arguments arguments)
    {
    }

    protected override void Disconnect(bool close) => End(CloseReason.ServerDisconnect);

    protected override void Expire() => End(CloseReason.Expired);

    protected override void Cut(CloseReason reason) => End(reason);

    protected override void CloseYielded()
    {
    }

    protected override ValueTask FlushAsync() => new(Taken);

    protected override void PauseReading(bool pause)
    {
    }
}
