using System.Text;

namespace Fanfare.SocketIO;

/// <summary>A message of a bare Engine.IO connection.</summary>
/// <param name="Data">Its bytes; of a text message the UTF-8.</param>
/// <param name="IsBinary">Whether it is binary.</param>
/// <param name="Headers">The headers of the request that carried it, names in lower case; <see langword="null"/> over WebSocket.</param>
public sealed record EngineMessage(ReadOnlyMemory<byte> Data, bool IsBinary, IReadOnlyList<KeyValuePair<string, string>>? Headers)
{
    /// <summary>The text of a text message.</summary>
    public string Text => Encoding.UTF8.GetString(Data.Span);
}
