using Dapper;
using Fanfare.Chat.Text;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Rooms;

/// <summary>What is stored of invitations: at most one open one per room and user.</summary>
internal static class InvitationQueries
{
    private const string View =
        """
        SELECT i.id, i.room_id AS RoomId, r.name AS RoomName, u.id AS UserId, u.name AS UserName, b.id AS InviterId, b.name AS InviterName, i.created_at AS CreatedAt
        FROM invitations i JOIN rooms r ON r.id = i.room_id JOIN users u ON u.id = i.user_id JOIN users b ON b.id = i.invited_by
        """;

    public static string? UserByName(SqliteConnection connection, string nameKey) =>
        connection.QuerySingleOrDefault<string>("SELECT id FROM users WHERE name_key = @nameKey", new { nameKey });

    public static Invitation? Find(SqliteConnection connection, string id) => connection.QuerySingleOrDefault<Row>($"{View} WHERE i.id = @id", new { id })?.ToInvitation();

    public static Invitation? Open(SqliteConnection connection, string roomId, string userId) =>
        connection.QuerySingleOrDefault<Row>($"{View} WHERE i.room_id = @roomId AND i.user_id = @userId", new { roomId, userId })?.ToInvitation();

    /// <summary>The invitations that the user may still answer, newest first; who joined the room in the meantime has.</summary>
    public static List<Invitation> Of(SqliteConnection connection, string userId) =>
        [.. connection.Query<Row>(
            $"""
            {View} WHERE i.user_id = @userId AND NOT EXISTS (SELECT 1 FROM members m WHERE m.room_id = i.room_id AND m.user_id = i.user_id)
            ORDER BY i.seq DESC
            """,
            new { userId }).Select(row => row.ToInvitation())];

    public static void Add(SqliteConnection connection, string id, string roomId, string userId, string invitedBy, long now) => connection.Execute(
        "INSERT INTO invitations (id, room_id, user_id, invited_by, created_at) VALUES (@id, @roomId, @userId, @invitedBy, @now)",
        new { id, roomId, userId, invitedBy, now });

    public static void Remove(SqliteConnection connection, string id) => connection.Execute("DELETE FROM invitations WHERE id = @id", new { id });

    /// <summary>Removes the user's invitation to a room, if there is one.</summary>
    public static void RemoveOf(SqliteConnection connection, string roomId, string userId) =>
        connection.Execute("DELETE FROM invitations WHERE room_id = @roomId AND user_id = @userId", new { roomId, userId });

    private sealed record Row
    {
        public string Id { get; init; } = "";

        public string RoomId { get; init; } = "";

        public string RoomName { get; init; } = "";

        public string UserId { get; init; } = "";

        public string UserName { get; init; } = "";

        public string InviterId { get; init; } = "";

        public string InviterName { get; init; } = "";

        public long CreatedAt { get; init; }

        public Invitation ToInvitation() => new(Id, RoomId, RoomName, UserId, UserName, new UserReference(InviterId, InviterName), Timestamps.Format(CreatedAt));
    }
}
