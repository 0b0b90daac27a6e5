namespace Fanfare.Benchmarks.Micro;

internal sealed record ChatMessage(string RoomId, string Content);
