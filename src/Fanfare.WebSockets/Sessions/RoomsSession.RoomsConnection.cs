using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Fanfare.Json;

namespace Fanfare.WebSockets;

/// <summary>A client of the plain wire in its namespace.</summary>
public sealed class RoomsConnection : Connection
{
    /// <summary>What <see cref="Transport"/> says.</summary>
    internal const string TransportName = "plain";

    private const int IdBytes = 15;
    private readonly RoomsScope _scope;
    private readonly RoomsSession _session;

    internal RoomsConnection(string id, RoomsScope scope, Handshake handshake, User user, RoomsSession session)
        : base(id, scope.Namespace.Scope, handshake, user)
    {
        _scope = scope;
        _session = session;
        PublicName = user.Id ?? id;
    }

    /// <inheritdoc/>
    public override string Transport => TransportName;

    /// <inheritdoc/>
    public override long QueuedBytes => _session.Outbox.QueuedBytes;

    /// <inheritdoc/>
    protected override bool CanAck => false;

    /// <summary>What other members know it by: its user, or its own id where that is nobody's; it stays the same while it is in a room.</summary>
    internal string PublicName { get; private set; }

    internal static string NewId()
    {
        Span<byte> random = stackalloc byte[IdBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    /// <summary>Serves a frame of the client, in line with those before it.</summary>
    internal void Take(ClientFrame frame)
    {
        switch (frame.Type)
        {
            case "authenticate" or "refresh":
                Serve(new RoomsRequest(this, frame, RenewAsync));
                break;
            case "join":
                Serve(new RoomsRequest(this, frame, JoinAsync));
                break;
            case "leave":
                Serve(new RoomsRequest(this, frame, LeaveAsync));
                break;
            case "message" when !Handles("message") && !frame.IsIllFormed:
                Serve(new RoomsRequest(this, frame, RelayAsync));
                break;
            default:
                if (ReservedEvents.Contains(frame.Type))
                {
                    Refuse(ErrorCodes.UnknownType, frame);
                    break;
                }

                if (!frame.IsIllFormed)
                {
                    Receive(new Message(frame.Type, frame.ToArguments(_scope.Serializer)), frame.Ticket);
                }
                else if (Handles(frame.Type))
                {
                    ReceiveUnfit(frame.Type, frame.Ticket);
                }
                else
                {
                    Refuse(ErrorCodes.BadJson, frame);
                }

                break;
        }
    }

    /// <summary>Shows the client what its user's room and the whole namespace missed it, then its answer.</summary>
    internal ValueTask CatchUpAsync(string since, EventId? heldAt, ClientFrame frame)
    {
        var query = new HistoryQuery
        {
            Rooms = User.Id is { } id ? [User.RoomOf(id)] : [],
            IncludesEverybody = true,
            ExceptedBy = [.. Rooms.Skip(1)],
        };
        return _scope.Namespace.CatchUpAsync(
            this, query, since, heldAt, (gap, cursor) => _session.Send(RoomsFrames.Authenticated(User, cursor, gap, frame.Ref.Span)));
    }

    /// <summary>Ends the namespace's side.</summary>
    internal void Finish(CloseReason reason) => End(reason);

    internal void Refuse(string code, ClientFrame frame, string? room = null, string? text = null) =>
        _session.Refuse(code, frame.Ref.Span, room, text);

    /// <inheritdoc/>
    protected override bool Send(EncodedMessage message) =>
        (_scope.Options.SendsNotices || !Notice.Is(message)) && _session.Send(message.In(_scope.Encoder), message.IsVolatile);

    /// <inheritdoc/>
    protected override void SendAck(AckTicket ticket, Arguments arguments) => _session.Send(RoomsFrames.Ack(arguments, ticket.Reference.Span));

    /// <inheritdoc/>
    protected override void SendError(AckTicket ticket, string code) => _session.Refuse(code, ticket.Reference.Span);

    /// <inheritdoc/>
    protected override void OnUnhandled(Message message, AckTicket ticket) => _session.Refuse(ErrorCodes.UnknownType, ticket.Reference.Span);

    /// <inheritdoc/>
    protected override void Disconnect(bool close) => _session.End(CloseReason.Kicked);

    /// <inheritdoc/>
    protected override void Expire() => _session.End(CloseReason.Expired);

    /// <inheritdoc/>
    protected override void Cut(CloseReason reason) => _session.End(reason);

    /// <inheritdoc/>
    protected override void CloseYielded()
    {
        // Sessions are Socket.IO's: nobody takes this connection over.
    }

    /// <inheritdoc/>
    protected override ValueTask FlushAsync() => new(_session.Outbox.WhenEmptyAsync());

    /// <inheritdoc/>
    protected override void PauseReading(bool pause)
    {
        if (pause)
        {
            _session.PauseReading();
        }
        else
        {
            _session.ResumeReading();
        }
    }

    private async ValueTask RenewAsync(ClientFrame frame)
    {
        if (!TryReadSince(frame, out var since))
        {
            return;
        }

        var (user, _) = await _session.IdentifyAsync(frame).ConfigureAwait(false);
        if (user is null)
        {
            return;
        }

        if (User.Id is null)
        {
            IdentifyLate(user, since, frame);
            if (since is null || User.Id is null)
            {
                return;
            }
        }
        else if (!RenewUser(user))
        {
            Refuse(ErrorCodes.Unauthorized, frame, text: "This connection belongs to another user.");
            return;
        }

        if (since is null)
        {
            _scope.Namespace.AnswerInOrder(cursor => _session.Send(RoomsFrames.Authenticated(user, cursor, null, frame.Ref.Span)));
        }
        else
        {
            await CatchUpAsync(since, null, frame).ConfigureAwait(false);
        }
    }

    /// <summary>A client that came without a name tells it now: before it is in a room, where it would be known by another one.</summary>
    private void IdentifyLate(User user, string? since, ClientFrame frame)
    {
        if (Rooms.Count > 1)
        {
            Refuse(ErrorCodes.Unauthorized, frame, text: "Authenticate before you join rooms.");
            return;
        }

        var isTaken = _scope.Namespace.Identify(this, user, cursor =>
        {
            if (since is null)
            {
                _session.Send(RoomsFrames.Authenticated(user, cursor, null, frame.Ref.Span));
            }
        });
        if (isTaken)
        {
            PublicName = user.Id!;
        }
        else
        {
            _session.EndTooMany(frame);
        }
    }

    private async ValueTask JoinAsync(ClientFrame frame)
    {
        var named = frame.Rooms.IsAbsentOrNull ? frame.TextOf(frame.Room) is { } single ? [single] : null : frame.TextsOf(frame.Rooms);
        if (named is null or [])
        {
            Refuse(ErrorCodes.BadRoom, frame);
            return;
        }

        if (!TryReadSince(frame, out var since))
        {
            return;
        }

        var rooms = new List<string>(named.Count);
        foreach (var room in named.Distinct())
        {
            if (!RoomName.IsValid(room))
            {
                Refuse(ErrorCodes.BadRoom, frame, room);
            }
            else if (await _scope.Namespace.MayEnterAsync(User, room).ConfigureAwait(false))
            {
                rooms.Add(room);
            }
            else
            {
                Refuse(ErrorCodes.Forbidden, frame, room);
            }
        }

        if (rooms.Count == 0)
        {
            return;
        }

        var refused = await _scope.Namespace.JoinAsync(this, rooms, since, Answer).ConfigureAwait(false);
        foreach (var room in refused)
        {
            Refuse(ErrorCodes.Forbidden, frame, room);
        }

        void Answer(RoomJoin join)
        {
            if (join.IsRefused)
            {
                Refuse(ErrorCodes.TooMany, frame, join.Room, "You are in as many rooms as you may be.");
            }
            else
            {
                _session.Send(RoomsFrames.Joined(join, frame.Ref.Span));
            }
        }
    }

    private async ValueTask LeaveAsync(ClientFrame frame)
    {
        if (frame.TextOf(frame.Room) is not { } room || !RoomName.IsValid(room))
        {
            Refuse(ErrorCodes.BadRoom, frame);
        }
        else if (User.OwnsRoom(room) || room == Id || !IsIn(room))
        {
            Refuse(_scope.Options.ForbidsRoomsNotJoined ? ErrorCodes.Forbidden : ErrorCodes.NotJoined, frame, room);
        }
        else
        {
            await LeaveAsync(room).ConfigureAwait(false);
            _session.Send(RoomsFrames.Left(room, frame.Ref.Span));
        }
    }

    private async ValueTask RelayAsync(ClientFrame frame)
    {
        if (frame.TextOf(frame.Room) is not { } room || !RoomName.IsValid(room))
        {
            Refuse(ErrorCodes.BadRoom, frame);
        }
        else if (User.OwnsRoom(room) || room == Id || !IsIn(room))
        {
            Refuse(_scope.Options.ForbidsRoomsNotJoined ? ErrorCodes.Forbidden : ErrorCodes.NotJoined, frame, room);
        }
        else if (!frame.Content.IsPresent)
        {
            Refuse(ErrorCodes.BadMessage, frame, text: "A message has content.");
        }
        else if (!await _scope.Namespace.MayEnterAsync(User, room).ConfigureAwait(false))
        {
            Refuse(ErrorCodes.Forbidden, frame, room);
        }
        else
        {
            // The ack is queued where the message has its place, so that cursors leave in order.
            await _scope.Namespace.PublishAsync(new Broadcast(
                new Message("message", Relayed(room, frame)),
                BroadcastTarget.Everybody.In(room).Without([Id]),
                placed: frame.Ref.IsEmpty ? null : cursor => _session.Send(RoomsFrames.Ack(cursor, frame.Ref.Span)))).ConfigureAwait(false);
        }
    }

    private Arguments Relayed(string room, ClientFrame frame)
    {
        var json = new ArrayBufferWriter<byte>(frame.Length + 64);
        json.Write("{\"room\":"u8);
        WireJson.WriteString(json, room);
        json.Write(",\"from\":"u8);
        WireJson.WriteString(json, User.Id ?? Id);
        json.Write(",\"content\":"u8);
        json.Write(frame.JsonOf(frame.Content));
        json.Write(",\"timestamp\":"u8);
        _scope.Time.GetUtcNow().ToUnixTimeMilliseconds().TryFormat(json.GetSpan(20), out var written, provider: CultureInfo.InvariantCulture);
        json.Advance(written);
        json.Write("}"u8);
        return new Arguments(json.WrittenMemory, serializer: _scope.Serializer);
    }

    private bool TryReadSince(ClientFrame frame, out string? since)
    {
        since = frame.TextOf(frame.Since);
        if (since is not null || frame.Since.IsAbsentOrNull)
        {
            return true;
        }

        Refuse(ErrorCodes.BadMessage, frame, text: "since is a cursor, as text.");
        return false;
    }
}
