using Microsoft.Extensions.Logging;

namespace Fanfare.Testing.Diagnostics;

/// <summary>One line of the log.</summary>
public sealed record LogLine(LogLevel Level, string? EventName, string Text, Exception? Exception);
