using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fanfare.Chat.Realtime;

/// <summary>What goes over the namespace besides what HTTP answers too.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ErrorNotice))]
[JsonSerializable(typeof(Refusal))]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(MarkedRead))]
[JsonSerializable(typeof(Renewed))]
[JsonSerializable(typeof(RoomHistory))]
[JsonSerializable(typeof(RoomUser))]
[JsonSerializable(typeof(StoppedTyping))]
[JsonSerializable(typeof(PresenceChange))]
[JsonSerializable(typeof(RoomReference))]
[JsonSerializable(typeof(UnreadChange))]
internal sealed partial class RealtimeJson : JsonSerializerContext;
