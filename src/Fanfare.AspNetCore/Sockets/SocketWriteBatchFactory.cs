using Microsoft.Extensions.Logging;

namespace Fanfare.AspNetCore;

/// <summary>Makes batches that write with io_uring, where the kernel lets us. Safe to use from any thread.</summary>
internal sealed partial class SocketWriteBatchFactory(ILogger<SocketWriteBatchFactory> logger) : IWriteBatchFactory
{
    /// <inheritdoc/>
    public WriteBatch? TryCreate()
    {
        if (IoUring.TryCreate() is { } ring)
        {
            return new SocketWriteBatch(ring);
        }

        LogUnavailable(logger);
        return null;
    }

    [LoggerMessage(410, LogLevel.Debug, "No io_uring here: every connection is written to by itself.", EventName = "NoWriteBatches")]
    private static partial void LogUnavailable(ILogger logger);
}
