using System.Security.Claims;
using Fanfare.Chat.Accounts;
using Fanfare.Chat.Rooms;

namespace Fanfare.Chat.Realtime;

/// <summary>The caller of the chat as the user of a connection.</summary>
internal static class SignedInUser
{
    private const string RightClaim = "rooms";

    /// <param name="caller">The caller.</param>
    /// <param name="right">What the user must be allowed in a room to get into it by its name.</param>
    public static User ToUser(this Caller caller, RoomRight right) => new(
        caller.UserId,
        caller.ExpiresAt,
        new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", caller.UserId), new Claim("name", caller.UserName), new Claim("sid", caller.SignInId), new Claim(RightClaim, right.ToString())], "Bearer", "name", roleType: null)));

    public static RoomRight RightToNamedRooms(this User user) => Enum.Parse<RoomRight>(user.Principal.FindFirst(RightClaim)!.Value);

    public static string UserId(this Connection connection) => connection.User.Id!;

    public static string UserName(this Connection connection) => connection.User.Principal.FindFirst("name")!.Value;

    public static string SignInId(this Connection connection) => connection.User.Principal.FindFirst("sid")!.Value;
}
