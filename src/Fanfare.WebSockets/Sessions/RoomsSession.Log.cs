using Microsoft.Extensions.Logging;

namespace Fanfare.WebSockets;

// What is logged of a client: never what it sent.
internal sealed partial class RoomsSession
{
    private static partial class Log
    {
        [LoggerMessage(501, LogLevel.Information, "A frame of client {ClientId} is larger than it may be (at most {Limit} bytes); the connection was closed.", EventName = "FrameTooLarge")]
        public static partial void FrameTooLarge(ILogger logger, string clientId, int limit);

        [LoggerMessage(502, LogLevel.Information, "A client did not say within {Timeout} who it is; it was closed.", EventName = "AuthenticationTimedOut")]
        public static partial void AuthenticationTimedOut(ILogger logger, TimeSpan timeout);

        [LoggerMessage(503, LogLevel.Information, "Client {ClientId} sent {Limit} unreadable frames within {Window}; it was closed.", EventName = "TooManyProtocolErrors")]
        public static partial void TooManyProtocolErrors(ILogger logger, string clientId, int limit, TimeSpan window);

        [LoggerMessage(504, LogLevel.Debug, "Client {ClientId} of the plain wire ended: {Reason}.", EventName = "ClientEnded")]
        public static partial void Ended(ILogger logger, string clientId, CloseReason reason);

        [LoggerMessage(505, LogLevel.Information, "Client {ClientId} reads too slowly: {Bound} bound of its queue passed with {Count} messages of {Bytes} bytes waiting.", EventName = "SlowConsumer")]
        public static partial void SlowConsumer(ILogger logger, string clientId, OutboxBound bound, int count, long bytes);

        [LoggerMessage(507, LogLevel.Information, "A frame of client {ClientId} is in more than {Limit} fragments; the connection was closed.", EventName = "TooManyFragments")]
        public static partial void TooManyFragments(ILogger logger, string clientId, int limit);

        [LoggerMessage(508, LogLevel.Information, "A frame of client {ClientId} is no JSON that is taken here: not well-formed, too deep, or with a key twice.", EventName = "JsonRefused")]
        public static partial void JsonRefused(ILogger logger, string clientId);

        [LoggerMessage(509, LogLevel.Error, "A client of {Namespace} could not be taken in; it was closed.", EventName = "EntryFailed")]
        public static partial void EntryFailed(ILogger logger, Exception exception, string @namespace);

        [LoggerMessage(506, LogLevel.Error, "Authenticating a client of {Namespace} failed.", EventName = "AuthenticationFailed")]
        public static partial void AuthenticationFailed(ILogger logger, Exception exception, string @namespace);
    }
}
