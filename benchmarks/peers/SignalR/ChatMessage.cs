namespace Fanfare.Benchmarks.SignalR;

internal sealed record ChatMessage(string RoomId, string Content);
