using Fanfare.Chat.Accounts;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;

namespace Fanfare.Chat.Realtime;

/// <summary>Tells the connections what was stored: the chat's side of the namespace that speaks.</summary>
internal sealed class ChatEvents(Namespace chat, Typing typing, UnreadNotices unread) : ISignInEvents, IRoomEvents, IMessageEvents
{
    /// <inheritdoc/>
    public async ValueTask SignInEndedAsync(string signInId)
    {
        // By the token that each has shown last, also one that was renewed with a token of this sign-in.
        foreach (var connection in chat.Connections.Where(connection => connection.SignInId() == signInId))
        {
            await connection.DisconnectAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask RoomCreatedAsync(Room room) => await chat.Transient.EmitAsync("room_created", room);

    /// <inheritdoc/>
    public async ValueTask MemberAddedAsync(string userId, Room room) => await chat.ToUser(userId).EmitAsync("room_added", room);

    /// <inheritdoc/>
    public async ValueTask MemberRemovedAsync(string userId, string roomId)
    {
        await chat.RemoveUserAsync(userId, roomId);
        await chat.ToUser(userId).EmitAsync("removed", new RoomReference(roomId));
    }

    /// <inheritdoc/>
    public async ValueTask InvitedAsync(Invitation invitation) => await chat.ToUser(invitation.UserId).EmitAsync("invited", invitation);

    /// <inheritdoc/>
    public async ValueTask MessageStoredAsync(ChatMessage message)
    {
        await typing.StopAsync(message.UserId, message.RoomId);
        await chat.To(message.RoomId).EmitAsync("message", message);
        unread.MessageStored(message.RoomId, message.UserId);
    }

    /// <inheritdoc/>
    public ValueTask ReadMarkMovedAsync(string userId, string roomId, int unreadCount) => unread.MarkMovedAsync(userId, roomId, unreadCount);
}
