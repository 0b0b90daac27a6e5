using System.Security.Claims;
using Fanfare.Chat.Accounts;

namespace Fanfare.Chat.Realtime;

/// <summary>The caller of the chat as the user of a connection.</summary>
internal static class SignedInUser
{
    public static User ToUser(this Caller caller) => new(
        caller.UserId,
        caller.ExpiresAt,
        new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", caller.UserId), new Claim("name", caller.UserName), new Claim("sid", caller.SignInId)], "Bearer", "name", roleType: null)));

    public static string UserId(this Connection connection) => connection.User.Id!;

    public static string UserName(this Connection connection) => connection.User.Principal.FindFirst("name")!.Value;

    public static string SignInId(this Connection connection) => connection.User.Principal.FindFirst("sid")!.Value;
}
