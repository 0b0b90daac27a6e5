using System.Security.Claims;

namespace Fanfare;

/// <summary>Who a connection belongs to, as an authenticator found it. Immutable.</summary>
public sealed class User
{
    private const string RoomPrefix = "user:";
    private const string SilentRoomPrefix = "user-silent:";

    private User()
    {
        Principal = new ClaimsPrincipal(new ClaimsIdentity());
    }

    /// <summary>Makes a user who proved to be <paramref name="id"/>.</summary>
    /// <param name="id">The stable id of the user; not empty.</param>
    /// <param name="expiresAt">When the proof ends; the connection ends then too. <see langword="null"/>: never.</param>
    /// <param name="principal">The claims, when there are any.</param>
    public User(string id, DateTimeOffset? expiresAt = null, ClaimsPrincipal? principal = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        Id = id;
        ExpiresAt = expiresAt;
        Principal = principal ?? new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, id)], "fanfare"));
    }

    /// <summary>Nobody in particular: no id, no claims, no end.</summary>
    public static User Anonymous { get; } = new();

    /// <summary>The id, or <see langword="null"/> when anonymous.</summary>
    public string? Id { get; }

    /// <summary>When the proof of identity ends, or <see langword="null"/> when it does not.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>The claims; an empty principal when anonymous.</summary>
    public ClaimsPrincipal Principal { get; }

    /// <summary>The room that the server keeps for all connections of the user with this id; no client can name it.</summary>
    public static string RoomOf(string userId) => RoomPrefix + userId;

    /// <summary>The room of those connections of a user that are not told what goes to <see cref="RoomOf"/>: they are counted and can be ended, but hear nothing there.</summary>
    public static string SilentRoomOf(string userId) => SilentRoomPrefix + userId;

    /// <summary>Whether <paramref name="room"/> is a room that the server keeps for a user.</summary>
    public static bool OwnsRoom(string room) =>
        room.StartsWith(RoomPrefix, StringComparison.Ordinal) || room.StartsWith(SilentRoomPrefix, StringComparison.Ordinal);

    /// <summary>Whether both are the same user; anonymous equals anonymous.</summary>
    public bool IsSameAs(User other) => string.Equals(Id, other.Id, StringComparison.Ordinal);

    /// <summary>The user that a request's own authentication established, or <see cref="Anonymous"/>.</summary>
    public static User FromPrincipal(ClaimsPrincipal? principal)
    {
        if (principal?.Identity?.IsAuthenticated != true)
        {
            return Anonymous;
        }

        var id = principal.FindFirst(ClaimTypes.NameIdentifier)?.Value ?? principal.FindFirst("sub")?.Value ?? principal.Identity.Name;
        return string.IsNullOrEmpty(id) ? Anonymous : new User(id, ExpiryOf(principal), principal);
    }

    private static DateTimeOffset? ExpiryOf(ClaimsPrincipal principal) =>
        long.TryParse(principal.FindFirst("exp")?.Value, System.Globalization.NumberStyles.None, null, out var seconds)
            && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
