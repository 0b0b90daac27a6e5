using Dapper;
using Fanfare.Chat.Text;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Rooms;

/// <summary>What is stored of rooms and members.</summary>
internal static class RoomQueries
{
    private const string View =
        """
        SELECT r.id, r.name, r.is_private AS IsPrivate, r.created_at AS CreatedAt, m.user_id IS NOT NULL AS IsMember,
            r.owner_id IS NOT NULL AND r.owner_id = m.user_id AS IsOwner,
            (SELECT seen.id FROM messages seen WHERE seen.seq = m.last_read_seq) AS LastReadId,
            (SELECT COUNT(*) FROM (SELECT 1 FROM messages n WHERE n.room_id = r.id AND n.seq > m.last_read_seq AND n.user_id <> m.user_id LIMIT 100)) AS Unread
        FROM rooms r LEFT JOIN members m ON m.room_id = r.id AND m.user_id = @userId
        """;

    public static RoomStanding Standing(SqliteConnection connection, string roomId, string userId)
    {
        var row = connection.QuerySingleOrDefault<StandingRow>(
            """
            SELECT r.is_private AS IsPrivate, m.user_id IS NOT NULL AS IsMember, r.owner_id IS NOT NULL AND r.owner_id = m.user_id AS IsOwner
            FROM rooms r LEFT JOIN members m ON m.room_id = r.id AND m.user_id = @userId WHERE r.id = @roomId
            """,
            new { roomId, userId });
        return row switch
        {
            null => RoomStanding.Hidden,
            { IsOwner: not 0 } => RoomStanding.Owner,
            { IsMember: not 0 } => RoomStanding.Member,
            { IsPrivate: not 0 } => RoomStanding.Hidden,
            _ => RoomStanding.Stranger,
        };
    }

    public static Room Get(SqliteConnection connection, string roomId, string userId) =>
        connection.QuerySingle<RoomRow>($"{View} WHERE r.id = @roomId", new { roomId, userId }).ToRoom();

    public static List<Room> List(SqliteConnection connection, string userId) =>
        [.. connection.Query<RoomRow>($"{View} WHERE r.is_private = 0 OR m.user_id IS NOT NULL ORDER BY r.name_key, r.name, r.id", new { userId }).Select(row => row.ToRoom())];

    /// <summary>Adds a room; false when a public one has this name.</summary>
    public static bool TryAdd(SqliteConnection connection, string id, DisplayName name, bool isPrivate, string? ownerId, long now)
    {
        return connection.Execute(
            """
            INSERT INTO rooms (id, name, name_key, is_private, owner_id, created_at) SELECT @id, @text, @key, @isPrivate, @ownerId, @now
            WHERE NOT EXISTS (SELECT 1 FROM rooms WHERE name_key = @key AND is_private = 0)
            """,
            new { id, text = name.Text, key = name.Key, isPrivate, ownerId, now }) == 1;
    }

    public static bool IsEmpty(SqliteConnection connection) => connection.QuerySingle<long>("SELECT EXISTS (SELECT 1 FROM rooms) OR EXISTS (SELECT 1 FROM users)") == 0;

    /// <summary>Makes the user a member whose mark stands at the newest message; false when the user was one.</summary>
    public static bool TryAddMember(SqliteConnection connection, string roomId, string userId, long now) => connection.Execute(
        """
        INSERT INTO members (room_id, user_id, last_read_seq, joined_at)
        VALUES (@roomId, @userId, COALESCE((SELECT MAX(seq) FROM messages WHERE room_id = @roomId), 0), @now)
        ON CONFLICT DO NOTHING
        """,
        new { roomId, userId, now }) == 1;

    public static bool RemoveMember(SqliteConnection connection, string roomId, string userId) =>
        connection.Execute("DELETE FROM members WHERE room_id = @roomId AND user_id = @userId", new { roomId, userId }) == 1;

    public static List<MemberRow> Members(SqliteConnection connection, string roomId) => connection.Query<MemberRow>(
        """
        SELECT u.id AS UserId, u.name AS UserName, r.owner_id IS NOT NULL AND r.owner_id = u.id AS IsOwner
        FROM members m JOIN users u ON u.id = m.user_id JOIN rooms r ON r.id = m.room_id
        WHERE m.room_id = @roomId ORDER BY u.name_key, u.id
        """,
        new { roomId }).AsList();

    /// <summary>Ids of the rooms that the user is a member of.</summary>
    public static List<string> RoomsOf(SqliteConnection connection, string userId) =>
        connection.Query<string>("SELECT room_id FROM members WHERE user_id = @userId", new { userId }).AsList();

    /// <summary>The unread number of a member; null when the user is none.</summary>
    public static int? Unread(SqliteConnection connection, string roomId, string userId) => (int?)connection.QuerySingleOrDefault<long?>(
        """
        SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM messages n WHERE n.room_id = m.room_id AND n.seq > m.last_read_seq AND n.user_id <> m.user_id LIMIT 100))
        FROM members m WHERE m.room_id = @roomId AND m.user_id = @userId
        """,
        new { roomId, userId });

    // Rows have properties, not constructors: of a computed column SQLite tells no type, and Dapper fits constructors by type.
    internal sealed record MemberRow
    {
        public string UserId { get; init; } = "";

        public string UserName { get; init; } = "";

        public long IsOwner { get; init; }
    }

    private sealed record StandingRow
    {
        public long IsPrivate { get; init; }

        public long IsMember { get; init; }

        public long IsOwner { get; init; }
    }

    private sealed record RoomRow
    {
        public string Id { get; init; } = "";

        public string Name { get; init; } = "";

        public long IsPrivate { get; init; }

        public long CreatedAt { get; init; }

        public long IsMember { get; init; }

        public long IsOwner { get; init; }

        public string? LastReadId { get; init; }

        public long Unread { get; init; }

        public Room ToRoom() => new(Id, Name, IsPrivate != 0, IsOwner != 0 ? "owner" : IsMember != 0 ? "member" : null, (int)Unread, LastReadId, Timestamps.Format(CreatedAt));
    }
}
