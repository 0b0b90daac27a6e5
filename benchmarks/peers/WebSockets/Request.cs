using System.Text.Json;

namespace Fanfare.Benchmarks.WebSockets;

/// <summary>What a client sends.</summary>
internal sealed record Request(string Type, string? Room, string? RoomId, string? Content, JsonElement[]? Args, long? Ref);
