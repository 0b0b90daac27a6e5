namespace Fanfare.Chat.Http;

internal sealed record RequestBodyMetadata(Type Type);
