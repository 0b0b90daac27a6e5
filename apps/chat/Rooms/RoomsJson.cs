using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fanfare.Chat.Rooms;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Room))]
[JsonSerializable(typeof(IReadOnlyList<Room>))]
[JsonSerializable(typeof(IReadOnlyList<Member>))]
[JsonSerializable(typeof(Invitation))]
[JsonSerializable(typeof(IReadOnlyList<Invitation>))]
[JsonSerializable(typeof(NewRoom))]
[JsonSerializable(typeof(NewInvitation))]
internal sealed partial class RoomsJson : JsonSerializerContext;
