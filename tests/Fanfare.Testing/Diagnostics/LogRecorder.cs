using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Fanfare.Testing.Diagnostics;

/// <summary>Keeps every log line, whatever its category.</summary>
public sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyCollection<LogLine> Lines => [.. _lines];

    /// <summary>The lines of one event, by the name it has in the code.</summary>
    public IReadOnlyList<LogLine> Of(string eventName) => [.. _lines.Where(line => line.EventName == eventName)];

    public ILogger CreateLogger(string categoryName) => new Recording(_lines);

    public void Dispose()
    {
    }

    private sealed class Recording(ConcurrentQueue<LogLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new LogLine(logLevel, eventId.Name, formatter(state, exception), exception));
    }
}
