namespace Fanfare.Chat.Messages;

/// <summary>Body of <c>POST /api/rooms/{id}/messages</c>.</summary>
public sealed record NewMessage(string Content, string? ClientId);
