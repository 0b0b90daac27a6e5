namespace Fanfare.ServerSentEvents.Tests;

/// <summary>Who is who in these tests.</summary>
internal static class TestUsers
{
    public static void Open(Namespace @namespace, TimeProvider time)
    {
        @namespace.Authenticate(handshake => ValueTask.FromResult(Find(handshake.AuthText("token"), time)));
        @namespace.AuthorizeRooms(static (user, room) => ValueTask.FromResult(room.StartsWith("open", StringComparison.Ordinal) || room == $"private-{user.Id}"));
    }

    /// <summary><c>user:id</c>, or <c>user:id:ms</c> for one whose proof ends so soon, or <c>old:id</c>.</summary>
    private static User? Find(string? token, TimeProvider time) => token?.Split(':') switch
    {
        ["user", { Length: > 0 } id] => new User(id, time.GetUtcNow().AddHours(1)),
        ["user", { Length: > 0 } id, var milliseconds] => new User(id, time.GetUtcNow().AddMilliseconds(double.Parse(milliseconds, System.Globalization.CultureInfo.InvariantCulture))),
        ["old", { Length: > 0 } id] => new User(id, time.GetUtcNow().AddSeconds(-1)),
        _ => null,
    };
}
