using System.Buffers;
using System.Text.Json;
using Fanfare.Json;
using Fanfare.SocketIO.Protocol;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>One Socket.IO client: reads the packets of its Engine.IO session and hands each to its namespace. It is the deadline of its own first steps.</summary>
/// <remarks>The object is its own lock: a Lock would cost every idle connection 40 bytes. Socket.IO v5; the rules are those of protocol notes 2.2. Acks and the end leave the line here and never queue behind a handler.</remarks>
internal sealed partial class SocketIOSession : Deadline, IEngineHandler
{
    /// <summary>How many times the largest message a packet may hold with all its attachments.</summary>
    private const int MaxPendingPayloads = 4;

    private readonly SocketIOScope _scope;
    private readonly IPacketDecoder _decoder;
    private Slot[] _slots = [];
    private List<string>? _leftInThisRead;
    private int _attempts;
    private int _running;
    private bool _hasEntered;
    private bool _isOver;

    public SocketIOSession(EngineSession engine, SocketIOScope scope)
    {
        Engine = engine;
        _scope = scope;
        _decoder = scope.Codec.CreateDecoder();
        scope.Server.Wheel.Schedule(this, scope.Options.ConnectTimeout);
    }

    /// <summary>The transport below.</summary>
    public EngineSession Engine { get; }

    /// <inheritdoc/>
    public void OnText(ReadOnlySpan<byte> message) => Take(_decoder.Decode(message, out var packet), packet);

    /// <inheritdoc/>
    public void OnBinary(ReadOnlySpan<byte> message) => Take(_decoder.DecodeBinary(message, out var packet), packet);

    /// <inheritdoc/>
    public void OnReadEnd() => _leftInThisRead = null;

    /// <inheritdoc/>
    public void OnClosed(CloseReason reason)
    {
        Slot[] slots;
        lock (this)
        {
            _isOver = true;
            slots = _slots;
            _slots = [];
        }

        _scope.Server.Wheel.Cancel(this);
        foreach (var slot in slots)
        {
            slot.Connection?.EndByTransport(reason);
        }
    }

    /// <summary>Tells every namespace's client that it was disconnected, and closes the transport.</summary>
    public void DisconnectAll()
    {
        foreach (var slot in _slots)
        {
            slot.Connection?.EndByServer(CloseReason.ServerDisconnect);
        }

        Engine.Close(CloseReason.ForcedServerClose);
    }

    /// <summary>A connection was ended by the server; with the last one whose user's time ran out the transport closes too.</summary>
    public void Leave(SocketIOConnection connection, CloseReason reason)
    {
        if (Remove(connection.NamespaceName, connection: connection) && reason == CloseReason.Expired && _slots.Length == 0)
        {
            Engine.Close(reason);
        }
    }

    /// <summary>Neither a first namespace nor the rest of a packet may be waited for for ever.</summary>
    protected override void OnDue() =>
        ThreadPool.UnsafeQueueUserWorkItem(static session => session.OnTimeout(), this, preferLocal: false);

    private void OnTimeout()
    {
        if (!_hasEntered)
        {
            Refuse(FanfareMetrics.Limit.ConnectTimeout);
        }
        else if (_decoder.HasPending)
        {
            Refuse(FanfareMetrics.Limit.Attachments);
        }
    }

    private void Refuse(string limit)
    {
        if (_scope.Server.Metrics.Refused(limit))
        {
            Log.LimitPassed(_scope.Logger, Engine.Sid, limit);
        }

        Engine.Close(CloseReason.ForcedClose);
    }

    private void Take(DecodeStatus status, in Packet packet)
    {
        switch (status)
        {
            case DecodeStatus.Complete:
                Handle(packet);
                break;
            case DecodeStatus.NeedsAttachments:
                if (_decoder.PendingBytes > MaxPendingPayloads * (long)_scope.Options.Engine.MaxPayloadBytes)
                {
                    Refuse(FanfareMetrics.Limit.MessageBytes);
                }
                else if (_hasEntered && !IsScheduled)
                {
                    _scope.Server.Wheel.Schedule(this, _scope.Options.AttachmentTimeout);
                }

                break;
            default:
                Violate(_decoder.Error);
                break;
        }
    }

    private void Handle(in Packet packet)
    {
        if (packet.Type == PacketType.Connect)
        {
            BeginConnect(packet);
            return;
        }

        if (Find(packet.Namespace) is not { } connection)
        {
            if (_leftInThisRead?.Contains(packet.Namespace) != true)
            {
                Violate(ProtocolError.None);
            }

            return;
        }

        switch (packet.Type)
        {
            case PacketType.Event when packet.IsIllFormed:
                connection.ReceiveUnfit(packet.Event!, packet.Id is { } refusedId ? new AckTicket(refusedId) : default);
                break;
            case PacketType.Event:
                var arguments = new Arguments(packet.Payload, packet.Places, packet.Attachments, _scope.Server.Serializer);
                connection.Receive(new Message(packet.Event!, arguments), packet.Id is { } ackId ? new AckTicket(ackId) : default);
                break;
            case PacketType.Ack:
                if (packet.Id is { } id)
                {
                    connection.ReceiveAck(id, new Arguments(packet.Payload, packet.Places, packet.Attachments, _scope.Server.Serializer));
                }

                break;
            case PacketType.Disconnect:
                (_leftInThisRead ??= []).Add(packet.Namespace);
                Remove(packet.Namespace);
                connection.EndByTransport(CloseReason.ClientDisconnect);
                break;
        }
    }

    private void BeginConnect(in Packet packet)
    {
        int attempt;
        bool isJoined;
        bool isTooMany;
        SocketIOConnection? givenUp = null;
        lock (this)
        {
            if (_isOver)
            {
                return;
            }

            attempt = ++_attempts;
            var index = IndexOf(packet.Namespace);
            isJoined = index >= 0 && _slots[index].IsAccepted;
            isTooMany = _running >= _scope.Options.MaxNamespaces || (index < 0 && _slots.Length >= _scope.Options.MaxNamespaces);
            if (!isJoined && !isTooMany)
            {
                _running++;
                if (index < 0)
                {
                    _slots = [.. _slots, new Slot(packet.Namespace, attempt)];
                }
                else
                {
                    // Official clients that disconnect and connect again before the first answer ask twice: they wait for one answer, the last.
                    givenUp = _slots[index].Connection;
                    _slots[index] = new Slot(packet.Namespace, attempt);
                }
            }
        }

        // Its session, if it continues one, is left for the attempt that follows.
        givenUp?.EndByTransport(CloseReason.TransportClose);
        if (isJoined)
        {
            Violate(ProtocolError.None);
        }
        else if (isTooMany)
        {
            if (_scope.Server.Metrics.Refused(FanfareMetrics.Limit.Namespaces))
            {
                Log.TooManyNamespaces(_scope.Logger, Engine.Sid, _scope.Options.MaxNamespaces);
            }

            SendRefusal(packet.Namespace, "too many namespaces", null);
        }
        else
        {
            _ = ConnectAsync(packet.Namespace, attempt, packet.Payload);
        }
    }

    private async Task ConnectAsync(string name, int attempt, ReadOnlyMemory<byte> auth)
    {
        try
        {
            var handshake = new Handshake(Engine.Request, auth);
            while (!await TryConnectAsync(name, attempt, handshake).ConfigureAwait(false))
            {
                // The namespace was retired between finding and entering it: the next look makes a new one.
            }
        }
        catch (ConnectException refusal)
        {
            RefuseConnect(name, attempt, refusal.Message, refusal.Details);
        }
        catch (Exception exception)
        {
            Log.ConnectFailed(_scope.Logger, exception, name);
            RefuseConnect(name, attempt, "internal", null);
        }
        finally
        {
            lock (this)
            {
                _running--;
            }
        }
    }

    private async ValueTask<bool> TryConnectAsync(string name, int attempt, Handshake handshake)
    {
        if (await _scope.Server.FindAsync(name, handshake).ConfigureAwait(false) is not { } found)
        {
            throw new ConnectException("Invalid namespace");
        }

        var user = await found.AuthenticateAsync(handshake).ConfigureAwait(false);
        if (found.Options.Recovery.IsEnabled
            && handshake.AuthText("pid") is { } secret
            && await found.FindContinuationAsync(user, secret, OffsetOf(handshake)).ConfigureAwait(false) is { } continuation)
        {
            var successor = await MakeAsync(found, attempt, handshake, user, continuation.ConnectionId, !found.Options.Recovery.SkipMiddlewares).ConfigureAwait(false);
            if (successor is null || await found.TryContinueAsync(successor, continuation, () => Accept(successor)).ConfigureAwait(false))
            {
                return true;
            }
        }

        var connection = await MakeAsync(found, attempt, handshake, user, SocketIOConnection.NewId(), passMiddlewares: true).ConfigureAwait(false);
        if (connection is null)
        {
            return true;
        }

        switch (found.Enter(connection, _ => Accept(connection)))
        {
            case Entry.TooManyConnections:
                throw new ConnectException("too many connections");
            case Entry.Retired:
                return false;
            default:
                return true;
        }
    }

    /// <summary>The position that the client shows. One that is no text is unknown, which is another thing than none: only without one is all of the session replayed.</summary>
    private static string? OffsetOf(Handshake handshake) =>
        handshake.Auth.TryGetProperty("offset", out var offset) && offset.ValueKind is not (JsonValueKind.Null or JsonValueKind.String) ? "" : handshake.AuthText("offset");

    /// <summary>Makes a connection and lets it pass the middlewares; <see langword="null"/> when the client vanished meanwhile, or asked anew.</summary>
    private async ValueTask<SocketIOConnection?> MakeAsync(Namespace found, int attempt, Handshake handshake, User user, string id, bool passMiddlewares)
    {
        var connection = new SocketIOConnection(id, found.Scope, handshake, user, this, _scope.EncoderOf(found));
        if (passMiddlewares)
        {
            await found.PassMiddlewaresAsync(connection).ConfigureAwait(false);
        }

        lock (this)
        {
            var index = IndexOf(found.Name);
            if (index < 0 || _slots[index].Attempt != attempt)
            {
                return null;
            }

            _slots[index].Connection = connection;
            return connection;
        }
    }

    /// <summary>Answers a CONNECT; from here on the client's packets for the namespace are welcome.</summary>
    private void Accept(SocketIOConnection connection)
    {
        lock (this)
        {
            var index = IndexOf(connection.NamespaceName);
            if (index < 0 || !ReferenceEquals(_slots[index].Connection, connection))
            {
                return;
            }

            _slots[index].IsAccepted = true;
            if (!_hasEntered)
            {
                _hasEntered = true;
                _scope.Server.Wheel.Cancel(this);
            }
        }

        var answer = Scratch.Take();
        answer.Write("{\"sid\":"u8);
        WireJson.WriteString(answer, connection.Id);
        if (connection.SessionSecret is { } secret)
        {
            answer.Write(",\"pid\":"u8);
            WireJson.WriteString(answer, secret);
        }

        answer.Write("}"u8);
        Engine.Send(connection.Encoder.Control(PacketType.Connect, answer.WrittenMemory));
    }

    private void RefuseConnect(string name, int attempt, string message, object? details)
    {
        if (Remove(name, attempt))
        {
            SendRefusal(name, message, details);
        }
    }

    private void SendRefusal(string name, string message, object? details)
    {
        var data = details is null ? default : _scope.Server.Serializer.Write(details).Json;
        var payload = Scratch.Take();
        payload.Write("{\"message\":"u8);
        WireJson.WriteString(payload, message);
        if (details is not null)
        {
            payload.Write(",\"data\":"u8);
            payload.Write(data.Span);
        }

        payload.Write("}"u8);
        Engine.Send(_scope.EncoderOf(name).Control(PacketType.ConnectError, payload.WrittenMemory));
    }

    private void Violate(ProtocolError error)
    {
        switch (error)
        {
            case ProtocolError.JsonTooDeep or ProtocolError.DuplicateKey or ProtocolError.InvalidUtf8:
                Refuse(FanfareMetrics.Limit.Json);
                break;
            case ProtocolError.TooManyAttachments:
                Refuse(FanfareMetrics.Limit.Attachments);
                break;
            default:
                Log.Violated(_scope.Logger, Engine.Sid, error == ProtocolError.None ? "a packet for a namespace in the wrong state" : error.Describe());
                Engine.Close(CloseReason.ForcedClose);
                break;
        }
    }

    private SocketIOConnection? Find(string name)
    {
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Name == name)
            {
                return slot.IsAccepted ? slot.Connection : null;
            }
        }

        return null;
    }

    private int IndexOf(string name)
    {
        var index = _slots.Length - 1;
        while (index >= 0 && _slots[index].Name != name)
        {
            index--;
        }

        return index;
    }

    /// <summary>Takes a namespace away; if an attempt or a connection is named, only while it is this one's.</summary>
    private bool Remove(string name, int? attempt = null, SocketIOConnection? connection = null)
    {
        lock (this)
        {
            var index = IndexOf(name);
            if (index < 0 || (attempt ?? _slots[index].Attempt) != _slots[index].Attempt || !ReferenceEquals(connection ?? _slots[index].Connection, _slots[index].Connection))
            {
                return false;
            }

            _slots = [.. _slots[..index], .. _slots[(index + 1)..]];
            return true;
        }
    }

    /// <summary>A namespace that the client asked for: first without a connection, then with one, then accepted.</summary>
    private struct Slot(string name, int attempt)
    {
        public string Name { get; } = name;

        /// <summary>Which CONNECT of the client it is for.</summary>
        public int Attempt { get; } = attempt;

        public SocketIOConnection? Connection { get; set; }

        public bool IsAccepted { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(351, LogLevel.Debug, "Session {SessionId} broke a rule of Socket.IO: {Error}; it is closed.", EventName = "ProtocolViolated")]
        public static partial void Violated(ILogger logger, string sessionId, string error);

        [LoggerMessage(352, LogLevel.Information, "Session {SessionId} passed the limit {Limit}; it is closed.", EventName = "LimitPassed")]
        public static partial void LimitPassed(ILogger logger, string sessionId, string limit);

        [LoggerMessage(354, LogLevel.Information, "Session {SessionId} may not enter another namespace: it is in {Limit}, or waits to be.", EventName = "TooManyNamespaces")]
        public static partial void TooManyNamespaces(ILogger logger, string sessionId, int limit);

        [LoggerMessage(353, LogLevel.Error, "Connecting to {Namespace} failed.", EventName = "ConnectFailed")]
        public static partial void ConnectFailed(ILogger logger, Exception exception, string @namespace);
    }
}
