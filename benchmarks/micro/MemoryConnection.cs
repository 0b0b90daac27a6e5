using System.Buffers;
using Fanfare.SocketIO.Protocol;

namespace Fanfare.Benchmarks.Micro;

/// <summary>A connection whose wire takes everything at once and keeps nothing.</summary>
internal sealed class MemoryConnection : Connection, IWire
{
    private static readonly OutboxLimits Limits = new();
    private static readonly RequestInfo Request = new([], [], "/", "127.0.0.1", DateTimeOffset.UnixEpoch, isSecure: false, principal: null);
    private static readonly Encoder SharedEncoder = new();

    private readonly Outbox _outbox;
    private readonly Delivered _delivered;

    public MemoryConnection(string id, ConnectionScope scope, DrainScheduler scheduler, Delivered delivered)
        : base(id, scope, new Handshake(Request), User.Anonymous)
    {
        _delivered = delivered;
        _outbox = new Outbox(Limits, scheduler);
        _outbox.Attach(this);
    }

    public override string Transport => "memory";

    public DrainResult Drain(IOutboxReader outbox)
    {
        int count = 0;
        while (outbox.TryDequeue(out _))
        {
            count++;
        }
        if (count > 0)
        {
            _delivered.Add(count);
        }
        return DrainResult.Taken;
    }

    protected override bool Send(EncodedMessage message) => _outbox.TryEnqueue(message.In(SharedEncoder)) == EnqueueResult.Accepted;

    protected override void SendAck(AckTicket ticket, Arguments arguments)
    {
    }

    protected override void Disconnect(bool close)
    {
    }

    protected override void Expire()
    {
    }

    protected override void Cut(CloseReason reason)
    {
    }

    protected override void CloseYielded()
    {
    }

    protected override ValueTask FlushAsync() => ValueTask.CompletedTask;

    protected override void PauseReading(bool pause)
    {
    }

    /// <summary>One Socket.IO packet, unframed.</summary>
    private sealed class Encoder : IMessageEncoder
    {
        public OutboundFrame Encode(EncodedMessage encoded)
        {
            var output = new ArrayBufferWriter<byte>();
            PacketEncoder.WriteEvent(output, "/", encoded.AckId, encoded.Message.Event, encoded.Message.Arguments.Json.Span);
            return new OutboundFrame(output.WrittenMemory);
        }
    }
}
