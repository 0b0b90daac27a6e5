using System.Text.Json;

namespace Fanfare.Chat.Tests;

/// <summary>An event that a client heard, with its first argument.</summary>
internal sealed record ChatEvent(string Name, JsonElement Argument);
