using Fanfare.Chat.Accounts;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;

namespace Fanfare.Chat.Realtime;

/// <summary>Nobody is connected, so nobody hears and nobody is online.</summary>
internal sealed class SilentEvents : ISignInEvents, IRoomEvents, IMessageEvents, IPresence
{
    public ValueTask SignInEndedAsync(string signInId) => default;

    public ValueTask RoomCreatedAsync(Room room) => default;

    public ValueTask MemberAddedAsync(string userId, Room room) => default;

    public ValueTask MemberRemovedAsync(string userId, string roomId) => default;

    public ValueTask InvitedAsync(Invitation invitation) => default;

    public ValueTask MessageStoredAsync(ChatMessage message) => default;

    public ValueTask ReadMarkMovedAsync(string userId, string roomId, int unread) => default;

    public bool IsOnline(string userId) => false;
}
