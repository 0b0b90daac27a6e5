using Dapper;
using Fanfare.Chat.Text;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Messages;

/// <summary>What is stored of messages and read marks.</summary>
internal static class MessageQueries
{
    private const string View =
        """
        SELECT m.id, m.room_id AS RoomId, m.user_id AS UserId, u.name AS UserName, m.content AS Content, m.sent_at AS SentAt, m.client_id AS ClientId
        FROM messages m JOIN users u ON u.id = m.user_id
        """;

    public static ChatMessage? FindByClientId(SqliteConnection connection, string roomId, string userId, string clientId) =>
        connection.QuerySingleOrDefault<Row>($"{View} WHERE m.room_id = @roomId AND m.user_id = @userId AND m.client_id = @clientId", new { roomId, userId, clientId })?.ToMessage();

    /// <summary>Stores a message, later than the room's newest by a millisecond at least: a reader who hears messages on several ways can put them into the order of storing by their times.</summary>
    public static ChatMessage Add(SqliteConnection connection, string id, string roomId, string userId, string content, string? clientId, long now) => connection.QuerySingle<Row>(
        $"""
        INSERT INTO messages (id, room_id, user_id, content, client_id, sent_at)
        VALUES (@id, @roomId, @userId, @content, @clientId,
            MAX(@now, COALESCE((SELECT sent_at + 1 FROM messages WHERE room_id = @roomId ORDER BY seq DESC LIMIT 1), 0)));
        {View} WHERE m.id = @id;
        """,
        new { id, roomId, userId, content, clientId, now }).ToMessage();

    /// <summary>A message's place in the order of storing; null when the room has no such message.</summary>
    public static long? Sequence(SqliteConnection connection, string roomId, string messageId) =>
        connection.QuerySingleOrDefault<long?>("SELECT seq FROM messages WHERE id = @messageId AND room_id = @roomId", new { messageId, roomId });

    /// <summary>The place of the room's newest message in the order of storing; 0 while it is empty.</summary>
    public static long End(SqliteConnection connection, string roomId) =>
        connection.QuerySingle<long>("SELECT COALESCE(MAX(seq), 0) FROM messages WHERE room_id = @roomId", new { roomId });

    /// <summary>The newest messages before a place (null: the end), oldest first.</summary>
    public static MessagePage Page(SqliteConnection connection, string roomId, long? before, int limit)
    {
        var rows = connection.Query<Row>(
            $"{View} WHERE m.room_id = @roomId AND m.seq < @before ORDER BY m.seq DESC LIMIT @count",
            new { roomId, before = before ?? long.MaxValue, count = limit + 1 }).AsList();
        var messages = new List<ChatMessage>(limit);
        for (var i = Math.Min(rows.Count, limit) - 1; i >= 0; i--)
        {
            messages.Add(rows[i].ToMessage());
        }

        return new MessagePage(messages, rows.Count > limit);
    }

    /// <summary>Moves a member's mark forward; false when it stands there or further already.</summary>
    public static bool MoveMark(SqliteConnection connection, string roomId, string userId, long sequence) => connection.Execute(
        "UPDATE members SET last_read_seq = @sequence WHERE room_id = @roomId AND user_id = @userId AND last_read_seq < @sequence",
        new { roomId, userId, sequence }) == 1;

    private sealed record Row
    {
        public string Id { get; init; } = "";

        public string RoomId { get; init; } = "";

        public string UserId { get; init; } = "";

        public string UserName { get; init; } = "";

        public string Content { get; init; } = "";

        public long SentAt { get; init; }

        public string? ClientId { get; init; }

        public ChatMessage ToMessage() => new(Id, RoomId, UserId, UserName, Content, Timestamps.Format(SentAt), ClientId);
    }
}
