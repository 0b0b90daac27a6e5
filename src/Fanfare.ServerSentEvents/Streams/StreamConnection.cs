using System.Buffers.Text;
using System.Security.Cryptography;
using Fanfare.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fanfare.ServerSentEvents;

/// <summary>A reader of an event stream: it hears, and says nothing.</summary>
/// <remarks>Its end comes in two steps: its namespace lets it go at once, and its request ends when what waits has been sent, or nothing can be sent any more.</remarks>
public sealed partial class StreamConnection : Connection
{
    private const int IdBytes = 15;

    private readonly EventStreamScope _endpoint;
    private readonly StreamForm _form;
    private readonly StreamKind _kind;
    private readonly Outbox _outbox;
    private readonly StreamWire _wire;

    internal StreamConnection(EventStreamScope endpoint, StreamForm form, StreamKind kind, Handshake handshake, User user)
        : base(NewId(), endpoint.Namespace.Scope, handshake, user)
    {
        _endpoint = endpoint;
        _form = form;
        _kind = kind;
        _outbox = new Outbox(endpoint.OutboxLimits, endpoint.Scheduler, static outbox => ((StreamConnection)outbox.Owner!).OnSlow(), this);
        _wire = new StreamWire(this);
        endpoint.Metrics.Session(TransportName, 1);
    }

    /// <summary>The name of the transport: <c>events</c>.</summary>
    internal const string TransportName = "events";

    /// <inheritdoc/>
    public override string Transport => TransportName;

    /// <inheritdoc/>
    public override long QueuedBytes => _outbox.QueuedBytes;

    /// <inheritdoc/>
    protected override bool HasHandlers => false;

    /// <inheritdoc/>
    protected override bool CanAck => false;

    /// <inheritdoc/>
    protected override bool HearsEverybody => _kind == StreamKind.Everybody;

    /// <inheritdoc/>
    protected override bool HearsUser => _kind == StreamKind.User;

    /// <summary>The mapping it came by.</summary>
    internal EventStreamScope Endpoint => _endpoint;

    /// <summary>Whether it carries what goes to the whole namespace.</summary>
    internal bool IsForEverybody => _kind == StreamKind.Everybody;

    /// <summary>The rooms whose messages it carries.</summary>
    /// <param name="named">Those that it was asked for by name.</param>
    internal IReadOnlyList<string> Hears(IReadOnlyList<string> named) => _kind == StreamKind.User ? [User.RoomOf(User.Id!)] : named;

    /// <summary>Whether events go straight to the socket.</summary>
    internal bool IsDirect => _wire.IsDirect;

    /// <summary>Queues the first event.</summary>
    /// <param name="head">The position of a fresh stream; <see langword="null"/> for a resumed one.</param>
    internal void Greet(EventId? head) => _outbox.TryEnqueue(_form.Connected(_endpoint.Options.RetryDelay, head, _endpoint.Time.GetUtcNow()));

    /// <summary>Queues the event that says that something is missing for ever.</summary>
    internal void TellGap(GapReason reason, EventId head) => _outbox.TryEnqueue(_form.Reset(head, reason));

    /// <summary>Begins to write to the response, whose head is on its way.</summary>
    /// <param name="context">The request.</param>
    /// <param name="socket">The socket under it, where it may be written to; then the stream has the form of chunks.</param>
    /// <param name="done">Completed when the request is over.</param>
    internal void Start(HttpContext context, ResponseSocket? socket, TaskCompletionSource done)
    {
        _wire.Start(context, socket, done);
        _outbox.Attach(_wire);
    }

    /// <summary>It will not begin.</summary>
    internal void Forget() => OnRequestOver();

    /// <summary>It cannot be served as promised.</summary>
    internal void Break() => Cut(CloseReason.TransportError);

    /// <summary>The client has gone.</summary>
    internal void Leave()
    {
        End(CloseReason.TransportClose);
        _wire.Abort();
    }

    /// <summary>Tells the client when to come back, and ends the stream: the server stops.</summary>
    internal void Drain(TimeSpan returnAfter) => Finish(CloseReason.ServerShuttingDown, _form.Retry(returnAfter));

    /// <inheritdoc/>
    protected override bool Send(EncodedMessage message)
    {
        var result = _outbox.TryEnqueue(message.In(_form), message.IsVolatile);
        if (result == EnqueueResult.Dropped)
        {
            _endpoint.Metrics.Dropped();
        }

        return result == EnqueueResult.Accepted;
    }

    /// <inheritdoc/>
    protected override void OnRemoved(string room) => Finish(CloseReason.ServerDisconnect);

    /// <inheritdoc/>
    protected override void Disconnect(bool close) => Finish(CloseReason.Kicked);

    /// <inheritdoc/>
    protected override void Expire() => Finish(CloseReason.Expired);

    /// <inheritdoc/>
    protected override void Cut(CloseReason reason)
    {
        if (End(reason))
        {
            Log.Closed(_endpoint.Logger, Id, reason);
        }

        _wire.Abort();
    }

    /// <inheritdoc/>
    protected override ValueTask FlushAsync() => new(_outbox.WhenEmptyAsync());

    /// <summary>Nobody acks to a stream.</summary>
    protected override void SendAck(AckTicket ticket, Arguments arguments)
    {
    }

    /// <summary>Nothing is read from a stream.</summary>
    protected override void PauseReading(bool pause)
    {
    }

    /// <summary>A stream has no session that another one could continue.</summary>
    protected override void CloseYielded() => _wire.Abort();

    private static string NewId()
    {
        Span<byte> random = stackalloc byte[IdBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    /// <summary>Ends politely: what waits is sent first, within the bounds of the outbox.</summary>
    private void Finish(CloseReason reason, OutboundFrame? last = null)
    {
        if (!End(reason))
        {
            return;
        }

        Log.Closed(_endpoint.Logger, Id, reason);
        if (last is not null)
        {
            _outbox.TryEnqueue(last);
        }

        if (_form.End is { } end)
        {
            _outbox.TryEnqueue(end);
        }

        _outbox.Complete();
    }

    private void OnSlow()
    {
        if (_endpoint.Metrics.Refused(FanfareMetrics.Limit.Outbox))
        {
            Log.SlowConsumer(_endpoint.Logger, Id, _outbox.PassedBound, _outbox.QueuedCount, _outbox.QueuedBytes);
        }

        Cut(CloseReason.SlowConsumer);
    }

    /// <summary>The request is over, and nothing touches it any more.</summary>
    private void OnRequestOver()
    {
        End(CloseReason.TransportClose);
        _outbox.Complete();
        _endpoint.Gate.Leave(Handshake.Address);
        _endpoint.Metrics.Session(TransportName, -1);
    }

    private static partial class Log
    {
        [LoggerMessage(601, LogLevel.Debug, "Stream {ConnectionId} closed: {Reason}.", EventName = "StreamClosed")]
        public static partial void Closed(ILogger logger, string connectionId, CloseReason reason);

        [LoggerMessage(602, LogLevel.Information, "Stream {ConnectionId} reads too slowly: {Bound} bound of its queue passed with {Count} events of {Bytes} bytes waiting.", EventName = "SlowStream")]
        public static partial void SlowConsumer(ILogger logger, string connectionId, OutboxBound bound, int count, long bytes);
    }
}
