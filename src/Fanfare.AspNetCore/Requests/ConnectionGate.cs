using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fanfare.AspNetCore;

/// <summary>What every request for a long-lived connection passes first: the origin, whether the server still takes any, and the number of connections of its address. Safe to use from any thread.</summary>
/// <remarks>Product, section 10.</remarks>
public sealed partial class ConnectionGate
{
    private readonly AddressLimiter _addresses;
    private readonly OriginPolicy? _origins;
    private readonly int _maxPerAddress;
    private readonly FanfareMetrics _metrics;
    private readonly ILogger _logger;

    /// <summary>Makes an open gate.</summary>
    /// <param name="origins">Which pages may connect; <see langword="null"/> when something in front checks.</param>
    /// <param name="addresses">Counts the connections of each address, here and wherever else it is used.</param>
    /// <param name="maxPerAddress">With how many connections an address gets no further one here; zero: no limit, and none is counted.</param>
    /// <param name="metrics">Counts what is refused.</param>
    /// <param name="logger">Tells it.</param>
    public ConnectionGate(OriginPolicy? origins, AddressLimiter addresses, int maxPerAddress, FanfareMetrics metrics, ILogger logger)
    {
        _origins = origins;
        _addresses = addresses;
        _maxPerAddress = maxPerAddress;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Whether the server takes no new connections any more.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Takes no new connections from now on.</summary>
    public void Close() => IsClosed = true;

    /// <summary>Whether the origin of a request passes; if not, the answer is 403.</summary>
    public bool AllowsOrigin(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return AllowsOrigin(context, OriginPolicy.IsUserFromCookie(context.Request));
    }

    /// <summary>As <see cref="AllowsOrigin(HttpContext)"/>, for a wire that knows by itself whether the user comes from a cookie.</summary>
    public bool AllowsOrigin(HttpContext context, bool isUserFromCookie)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_origins?.Allows(context.Request, isUserFromCookie) != false)
        {
            return true;
        }

        if (_metrics.Refused(FanfareMetrics.Limit.Origin))
        {
            Log.OriginRefused(_logger);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return false;
    }

    /// <summary>Counts a connection in; if there are too many, or no more are taken, the answer is 429 or 503 with <c>Retry-After</c>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="address">Its address: what <see cref="Leave"/> is given later.</param>
    public bool TryEnter(HttpContext context, string address)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (IsClosed)
        {
            Refuse(context, StatusCodes.Status503ServiceUnavailable, "1");
            return false;
        }

        if (_maxPerAddress <= 0 || _addresses.TryEnter(address, _maxPerAddress))
        {
            return true;
        }

        if (_metrics.Refused(FanfareMetrics.Limit.ConnectionsPerAddress))
        {
            Log.TooManyConnections(_logger, _maxPerAddress);
        }

        Refuse(context, StatusCodes.Status429TooManyRequests, "10");
        return false;
    }

    /// <summary>Counts a connection out.</summary>
    public void Leave(string address)
    {
        if (_maxPerAddress > 0)
        {
            _addresses.Leave(address);
        }
    }

    private static void Refuse(HttpContext context, int status, string retryAfter)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
    }

    private static partial class Log
    {
        [LoggerMessage(401, LogLevel.Information, "A request of a foreign origin was refused; list it in AllowedOrigins if its pages may connect.", EventName = "OriginRefused")]
        public static partial void OriginRefused(ILogger logger);

        [LoggerMessage(402, LogLevel.Information, "An address has {Limit} connections or more; another one was refused.", EventName = "TooManyConnectionsOfAddress")]
        public static partial void TooManyConnections(ILogger logger, int limit);
    }
}
