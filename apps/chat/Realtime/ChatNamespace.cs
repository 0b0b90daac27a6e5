using Fanfare.Chat.Accounts;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;
using Fanfare.Chat.Storage;
using Fanfare.Chat.Text;
using Fanfare.ServerSentEvents;

namespace Fanfare.Chat.Realtime;

/// <summary>The namespace <c>/chat</c>: who comes in, and what each event of a client does.</summary>
internal sealed class ChatNamespace(Namespace chat, AccessTokens tokens, RoomService rooms, RoomRequests requests, RoomEntries entries, EventQueue events, Visits visits, Presence presence)
{
    public const string Name = "/chat";
    private const string SocketIOPath = "/socket.io";

    /// <summary>Registers everything, once, before the first connection.</summary>
    public void Register()
    {
        visits.Watch();
        presence.Watch();
        chat.Authenticate(AuthenticateAsync);
        chat.AuthorizeRooms((user, room) => ValueTask.FromResult(ChatRooms.IsChatRoom(room) && rooms.StandingOf(user.Id!, room).Allows(user.RightToNamedRooms())));
        chat.UseJoin(entries.EnterAsync);
        chat.OnConnection(CheckAgainAsync);
        chat.OnArgumentsRefused(static (context, _) => RefuseUnreadable(context));
        chat.Entered += CheckStream;

        OnRoom("join_room", requests.JoinAsync);
        OnRoom("leave_room", requests.LeaveAsync);
        OnRoom("typing_start", requests.StartTypingAsync);
        OnRoom("typing_stop", requests.StopTypingAsync);
        chat.On("message", OnMessageAsync);
        chat.On("mark_read", OnMarkReadAsync);
        chat.On("refresh", OnRefreshAsync);
    }

    private static async ValueTask RefuseAsync(EventContext context, string message)
    {
        await context.Connection.Self.Transient.EmitAsync("error", new ErrorNotice(message));
        context.Ack(new Refusal(message));
    }

    // Half a surrogate pair, which no handler gets to see.
    private static bool RefuseUnreadable(EventContext context)
    {
        _ = RefuseAsync(context, Refusals.InvalidRequest).AsTask();
        return true;
    }

    private async ValueTask<User?> AuthenticateAsync(Handshake handshake)
    {
        var check = await tokens.CheckAsync(handshake.AuthText("token"));
        if (check.IsExpired)
        {
            throw new ConnectException(Refusals.Unauthorized) { IsExpired = true };
        }

        // On Socket.IO rooms are named by the chat's own events only; the policy is asked when a session is continued, which keeps the
        // rooms of which its user is still a member. On the other wires clients name rooms that they want to see.
        return check.Caller?.ToUser(handshake.Request.Url.StartsWith(SocketIOPath, StringComparison.Ordinal) ? RoomRight.TakePart : RoomRight.Read);
    }

    private void CheckStream(Connection connection)
    {
        if (connection is StreamConnection)
        {
            events.Post(() => new ValueTask(CheckAgainAsync(connection)));
        }
    }

    // What ended between the question at the door and the entry was told to a connection that was not there yet.
    private async Task CheckAgainAsync(Connection connection)
    {
        await EndWithSignInAsync(connection);
        if (connection is not StreamConnection && !connection.IsRecovered)
        {
            return;
        }

        var right = connection.User.RightToNamedRooms();
        foreach (var room in ChatRooms.OfConnection(connection).Where(room => !rooms.StandingOf(connection.UserId(), room).Allows(right)).ToList())
        {
            await (connection is StreamConnection ? connection.DisconnectAsync() : connection.LeaveAsync(room));
        }
    }

    private async ValueTask EndWithSignInAsync(Connection connection)
    {
        if (!tokens.IsAlive(connection.UserId(), connection.SignInId()))
        {
            await connection.DisconnectAsync();
        }
    }

    private void OnRoom(string @event, Func<Connection, string, Task<string?>> handle) => chat.On(@event, async context =>
    {
        if (new RequestArguments(context.Arguments).RoomId is not { } roomId)
        {
            await RefuseAsync(context, Refusals.InvalidRequest);
        }
        else if (await handle(context.Connection, roomId) is { } refusal)
        {
            await RefuseAsync(context, refusal);
        }
        else
        {
            context.Ack(new Done());
        }
    });

    private async ValueTask OnMessageAsync(EventContext context)
    {
        var request = new RequestArguments(context.Arguments);
        if (request.RoomId is not { } roomId || request.Text("content") is not { } content || !request.TryGetOptionalText("clientId", out var clientId))
        {
            await RefuseAsync(context, Refusals.InvalidRequest);
            return;
        }

        var (message, refusal) = await requests.PostAsync(context.Connection, roomId, content, clientId);
        if (refusal is not null)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        context.Ack(message);
    }

    private async ValueTask OnMarkReadAsync(EventContext context)
    {
        var request = new RequestArguments(context.Arguments);
        if (request.RoomId is not { } roomId || request.Text("messageId") is not { } messageId)
        {
            await RefuseAsync(context, Refusals.InvalidRequest);
            return;
        }

        var (unread, refusal) = await requests.MarkReadAsync(context.Connection, roomId, messageId);
        if (refusal is not null)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        context.Ack(new MarkedRead(Ok: true, unread));
    }

    private async ValueTask OnRefreshAsync(EventContext context)
    {
        if (new RequestArguments(context.Arguments).Text("token") is not { } token)
        {
            await RefuseAsync(context, Refusals.InvalidRequest);
            return;
        }

        var connection = context.Connection;
        var check = await tokens.CheckAsync(token);
        if (check.Caller is not { } caller || !connection.RenewUser(caller.ToUser(RoomRight.TakePart)))
        {
            await RefuseAsync(context, check.IsExpired ? Refusals.Expired : Refusals.Unauthorized);
            return;
        }

        await EndWithSignInAsync(connection);
        context.Ack(new Renewed(Ok: true, Timestamps.Format(caller.ExpiresAt)));
    }
}
