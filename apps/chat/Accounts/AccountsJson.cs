using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fanfare.Chat.Accounts;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Session))]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(RefreshRequest))]
internal sealed partial class AccountsJson : JsonSerializerContext;
