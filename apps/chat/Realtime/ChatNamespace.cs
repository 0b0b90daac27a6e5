using Fanfare.Chat.Accounts;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;
using Fanfare.Chat.Text;

namespace Fanfare.Chat.Realtime;

/// <summary>The namespace <c>/chat</c>: who comes in, and what each event of a client does.</summary>
internal sealed class ChatNamespace(Namespace chat, AccessTokens tokens, RoomService rooms, RoomRequests requests, Visits visits, Presence presence)
{
    public const string Name = "/chat";

    /// <summary>Registers everything, once, before the first connection.</summary>
    public void Register()
    {
        visits.Watch();
        presence.Watch();
        chat.Authenticate(async handshake => (await tokens.CheckAsync(handshake.AuthText("token"))).Caller?.ToUser());

        // Asked when a session is continued: it goes on in the rooms of which its user is still a member.
        chat.AuthorizeRooms((user, room) => ValueTask.FromResult(ChatRooms.IsChatRoom(room) && rooms.StandingOf(user.Id!, room).Allows(RoomRight.TakePart)));
        chat.OnConnection(OnConnectionAsync);

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

    private async Task OnConnectionAsync(Connection connection)
    {
        await EnterSignInAsync(connection, connection.SignInId());
        if (!connection.IsRecovered)
        {
            return;
        }

        // A membership that ended between the question and the continuation was told to a connection that was not there yet.
        foreach (var room in ChatRooms.OfConnection(connection).Where(room => !rooms.StandingOf(connection.UserId(), room).Allows(RoomRight.TakePart)).ToList())
        {
            await connection.LeaveAsync(room);
        }
    }

    // In the sign-in's room first, then asked whether it is alive: if it ends in between, one of both notices.
    private async Task EnterSignInAsync(Connection connection, string signInId)
    {
        await connection.JoinAsync(ChatRooms.OfSignIn(signInId));
        if (!tokens.IsAlive(connection.UserId(), signInId))
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
        var former = connection.SignInId();
        var check = await tokens.CheckAsync(token);
        if (check.Caller is not { } caller || !connection.RenewUser(caller.ToUser()))
        {
            await RefuseAsync(context, check.IsExpired ? Refusals.Expired : Refusals.Unauthorized);
            return;
        }

        if (caller.SignInId != former)
        {
            await connection.LeaveAsync(ChatRooms.OfSignIn(former));
            await EnterSignInAsync(connection, caller.SignInId);
        }

        context.Ack(new Renewed(Ok: true, Timestamps.Format(caller.ExpiresAt)));
    }
}
