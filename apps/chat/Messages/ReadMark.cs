namespace Fanfare.Chat.Messages;

/// <summary>Body of <c>PUT /api/rooms/{id}/read</c>.</summary>
public sealed record ReadMark(string MessageId);
