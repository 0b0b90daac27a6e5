namespace Fanfare.Chat.Http;

internal sealed record QueryParameterMetadata(string Name, bool IsNumber);
