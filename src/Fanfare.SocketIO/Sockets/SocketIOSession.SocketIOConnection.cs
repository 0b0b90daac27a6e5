using System.Buffers.Text;
using System.Security.Cryptography;
using Fanfare.SocketIO.Protocol;

namespace Fanfare.SocketIO;

/// <summary>A Socket.IO client in one namespace.</summary>
public sealed class SocketIOConnection : Connection
{
    private const int IdBytes = 15;
    private readonly SocketIOSession _session;
    private readonly SocketIOEncoder _encoder;
    private volatile int _isDismissed;

    internal SocketIOConnection(string id, ConnectionScope scope, Handshake handshake, User user, SocketIOSession session, SocketIOEncoder encoder)
        : base(id, scope, handshake, user)
    {
        _session = session;
        _encoder = encoder;
    }

    /// <inheritdoc/>
    public override string Transport => _session.Engine.Transport;

    /// <inheritdoc/>
    public override long QueuedBytes => _session.Engine.Outbox.QueuedBytes;

    /// <inheritdoc/>
    protected override bool KeepsSession => true;

    /// <summary>The id of the Engine.IO session under it. It is a secret: whoever knows it can send as this client.</summary>
    public string EngineId => _session.Engine.Sid;

    /// <summary>Closes the Engine.IO session under it, with all its namespaces, without telling the client why: it will come back.</summary>
    public void CloseEngine() => _session.Engine.Close(CloseReason.ForcedClose);

    internal SocketIOEncoder Encoder => _encoder;

    internal static string NewId()
    {
        Span<byte> random = stackalloc byte[IdBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    /// <summary>Ends the namespace's side; the client said so, or the session is over.</summary>
    internal void EndByTransport(CloseReason reason) => End(reason);

    /// <summary>Tells the client that its namespace was left, and ends it.</summary>
    internal void EndByServer(CloseReason reason)
    {
        if (IsClosed || Interlocked.Exchange(ref _isDismissed, 1) != 0)
        {
            return;
        }

        // The question waits for a broadcast that is under way, and later ones find the connection dismissed: nothing follows the packet.
        _ = IsIn(Id);
        _session.Engine.Send(_encoder.Control(PacketType.Disconnect));
        End(reason);
        _session.Leave(this, reason);
    }

    /// <inheritdoc/>
    protected override bool Send(EncodedMessage message) =>
        _isDismissed == 0 && _session.Engine.Send((EngineFrame)message.In(_encoder), message.IsVolatile);

    /// <inheritdoc/>
    protected override void SendAck(AckTicket ticket, Arguments arguments)
    {
        if (!IsClosed && _isDismissed == 0)
        {
            _session.Engine.Send(_encoder.Ack(ticket.Number, arguments));
        }
    }

    /// <inheritdoc/>
    protected override void Disconnect(bool close)
    {
        if (close)
        {
            _session.DisconnectAll();
        }
        else
        {
            EndByServer(CloseReason.ServerDisconnect);
        }
    }

    /// <inheritdoc/>
    protected override void Expire() => EndByServer(CloseReason.Expired);

    /// <inheritdoc/>
    protected override void Cut(CloseReason reason) => _session.Engine.Close(reason);

    /// <inheritdoc/>
    protected override void CloseYielded() => _session.Engine.Fail(CloseReason.ForcedClose);

    /// <inheritdoc/>
    protected override ValueTask FlushAsync() => new(_session.Engine.Outbox.WhenEmptyAsync());

    /// <inheritdoc/>
    protected override void PauseReading(bool pause)
    {
        if (pause)
        {
            _session.Engine.PauseReading();
        }
        else
        {
            _session.Engine.ResumeReading();
        }
    }
}
