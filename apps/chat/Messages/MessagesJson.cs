using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fanfare.Chat.Messages;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ChatMessage))]
[JsonSerializable(typeof(MessagePage))]
[JsonSerializable(typeof(NewMessage))]
[JsonSerializable(typeof(ReadMark))]
[JsonSerializable(typeof(UnreadCount))]
internal sealed partial class MessagesJson : JsonSerializerContext;
