using System.Text.Json.Serialization;

namespace Fanfare.Chat.Messages;

/// <summary>A stored message.</summary>
public sealed record ChatMessage(
    string Id,
    string RoomId,
    string UserId,
    string UserName,
    string Content,
    string Timestamp,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClientId);
