using System.Text.Json.Serialization;

namespace Fanfare.SocketIO;

/// <summary>The body of a refused request.</summary>
internal sealed record EngineRefusal([property: JsonPropertyName("code")] int Code, [property: JsonPropertyName("message")] string Message);

/// <summary>Describes it to the serializer.</summary>
[JsonSerializable(typeof(EngineRefusal))]
internal sealed partial class EngineJson : JsonSerializerContext;
