namespace Fanfare.Chat.Http;

/// <summary>The members of a problem, RFC 9457 section 3.1, and the trace id that finds it in the logs.</summary>
public sealed record ProblemBody(string Type, string Title, int Status, string? Detail, string? TraceId, Dictionary<string, string[]>? Errors);
