using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO.Tests;

/// <summary>Keeps every line that the server logs.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyCollection<LogLine> Lines => _lines;

    /// <summary>Errors, and whatever carries an exception; but for the web server's own words, at debug level, on requests that are no HTTP.</summary>
    public IReadOnlyList<LogLine> Faults =>
        [.. _lines.Where(static line => line.Level >= LogLevel.Error || (line.Exception is not null && !line.Category.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal)))];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(LogRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, Microsoft.Extensions.Logging.EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            recorder._lines.Enqueue(new LogLine(category, logLevel, eventId.Name, formatter(state, exception), exception, Environment.TickCount64));
    }
}

/// <summary>One line of the log; <paramref name="At"/> in milliseconds.</summary>
internal sealed record LogLine(string Category, LogLevel Level, string? Name, string Text, Exception? Exception, long At);
