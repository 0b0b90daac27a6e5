using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Fanfare.AspNetCore;
using Fanfare.SocketIO.Protocol;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>An Engine.IO endpoint: checks requests, finds or begins their session, and hands them to its transport.</summary>
/// <remarks>Engine.IO v4; the order of the checks and the answers are those of protocol notes 1.1.</remarks>
internal sealed partial class EngineServer
{
    private const int SidBytes = 15;
    private static readonly TimeSpan LastPollGrace = TimeSpan.FromSeconds(5);
    private static readonly string[] NoUpgrades = [];
    private static readonly string[] WebSocketUpgrades = [EngineOptions.WebSocket];

    private readonly ConcurrentDictionary<string, EngineSession> _sessions = new(StringComparer.Ordinal);
    private readonly AddressLimiter _addresses;
    private readonly EngineOptions _options;
    private readonly EngineScope _scope;
    private readonly OriginPolicy _origins;
    private readonly CorsPolicy? _cors;
    private readonly CorsService _corsService;
    private readonly Func<EngineSession, IEngineHandler> _accept;
    private volatile bool _isDraining;

    public EngineServer(EngineOptions options, FanfareServer server, AddressLimiter addresses, OutboxLimits outboxLimits, TimeProvider time, ILoggerFactory loggers, Func<EngineSession, IEngineHandler> accept)
    {
        _options = options;
        _accept = accept;
        _addresses = addresses;
        _origins = new OriginPolicy(options.AllowedOrigins);
        _cors = options.Cors ?? PolicyOf(options);
        _corsService = new CorsService(Microsoft.Extensions.Options.Options.Create(new CorsOptions()), loggers);
        _scope = new EngineScope
        {
            Options = options,
            OutboxLimits = outboxLimits,
            RateLimits = new RateLimits
            {
                MaxMessagesPerSecond = options.MaxMessagesPerSecond,
                MessageBurst = options.MessageBurst,
                MaxBytesPerSecond = options.MaxBytesPerSecond,
                Tolerance = options.RateTolerance,
            },
            WebSocketLimits = new WebSocketLimits
            {
                MaxMessageBytes = options.MaxPayloadBytes,
                MaxFragments = options.MaxFragments,
                AllowDirectWrites = options.AllowDirectWrites,
                ExplainsErrors = false,
            },
            Scheduler = server.Scheduler,
            Time = time,
            Metrics = server.Metrics,
            Logger = loggers.CreateLogger<EngineServer>(),
            Forget = Forget,
        };
    }

    /// <summary>The sessions that are open, or wait for the poll that tells their end.</summary>
    public ICollection<EngineSession> Sessions => _sessions.Values;

    /// <summary>Serves one request.</summary>
    /// <remarks>Not an async method, nor are those on the way to an open WebSocket: their state would live as long as the connection.</remarks>
    public Task HandleAsync(HttpContext context)
    {
        if (!ApplyOrigin(context))
        {
            if (_scope.Metrics.Refused(FanfareMetrics.Limit.Origin))
            {
                Log.OriginRefused(_scope.Logger);
            }

            return RefuseAsync(context, EngineError.Forbidden, null, StatusCodes.Status403Forbidden);
        }

        if (IsPreflight(context))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        var isWebSocket = WebSocketUpgrade.IsWebSocketRequest(context);
        if (Check(context, isWebSocket, out var session) is { } error)
        {
            return RefuseAsync(context, error, null);
        }

        if (session is null)
        {
            return _options.AllowRequest is { } allow ? AskAsync(context, isWebSocket, allow(context)) : HandshakeAsync(context, isWebSocket);
        }

        _options.Headers?.Invoke(context);
        if (isWebSocket)
        {
            return UpgradeAsync(context, session);
        }

        var polling = session.Polling!;
        return HttpMethods.IsGet(context.Request.Method) ? polling.PollAsync(context) : polling.PushAsync(context);
    }

    /// <summary>Closes all sessions, a few at a time, so that their clients do not come back all at once.</summary>
    public async Task DrainAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        _isDraining = true;
        await DrainList.PaceAsync(
            _sessions.Values.ToArray(), static session => session.Close(CloseReason.ServerShuttingDown), duration, _scope.Time, cancellationToken).ConfigureAwait(false);

        // Clients on polling learn of the end with their next poll, which must still find a server.
        var grace = TimeProvider.System.GetTimestamp();
        while (!_sessions.IsEmpty && TimeProvider.System.GetElapsedTime(grace) < LastPollGrace && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static CorsPolicy? PolicyOf(EngineOptions options) => options.AllowedOrigins.Count == 0
        ? null
        : new CorsPolicyBuilder([.. options.AllowedOrigins]).AllowCredentials().WithMethods("GET", "POST").WithHeaders("authorization", "content-type").Build();

    internal static string NewSid()
    {
        Span<byte> random = stackalloc byte[SidBytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    private bool ApplyOrigin(HttpContext context)
    {
        if (_cors is not null)
        {
            if (context.Request.Headers.Origin.Count > 0)
            {
                _corsService.ApplyResult(_corsService.EvaluatePolicy(context, _cors), context.Response);
            }

            // Also where the answer carries no header for an origin: a cache must not give it to another one.
            if (!context.Response.Headers.Vary.Contains("Origin"))
            {
                context.Response.Headers.Append("Vary", "Origin");
            }
        }

        return !_options.CheckOrigin || _origins.Allows(context.Request);
    }

    private bool IsPreflight(HttpContext context) => _cors is not null && HttpMethods.IsOptions(context.Request.Method);

    private EngineError? Check(HttpContext context, bool isWebSocket, out EngineSession? session)
    {
        session = null;
        var request = context.Request;
        var transport = RequestReader.QueryValue(request, "transport");
        if (!_options.Transports.Contains(transport))
        {
            return EngineError.TransportUnknown;
        }

        if (RequestReader.QueryValue(request, "sid") is { Length: > 0 } sid)
        {
            if (!_sessions.TryGetValue(sid, out session) || !session.BelongsTo(RequestReader.UserOf(context)) || session.EndIfOverdue())
            {
                return EngineError.SessionUnknown;
            }

            if (transport == EngineOptions.WebSocket)
            {
                return isWebSocket ? null : EngineError.BadRequest;
            }

            if (isWebSocket || session.Polling is null)
            {
                return EngineError.BadRequest;
            }

            if (HttpMethods.IsPost(context.Request.Method))
            {
                return session.IsOpen ? null : EngineError.SessionUnknown;
            }

            return HttpMethods.IsGet(context.Request.Method) ? null : EngineError.BadRequest;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !isWebSocket)
        {
            return EngineError.BadHandshakeMethod;
        }

        if (transport == EngineOptions.WebSocket != isWebSocket)
        {
            return EngineError.BadRequest;
        }

        return RequestReader.QueryValue(request, "EIO") == "4" ? null : EngineError.UnsupportedVersion;
    }

    private Task AskAsync(HttpContext context, bool isWebSocket, ValueTask<string?> refusal)
    {
#pragma warning disable VSTHRD103 // It has completed: nothing blocks.
        return refusal.IsCompletedSuccessfully ? Answer(refusal.Result) : AnswerLaterAsync();
#pragma warning restore VSTHRD103

        async Task AnswerLaterAsync() => await Answer(await refusal.ConfigureAwait(false)).ConfigureAwait(false);

        // Before a WebSocket there is one status for all refusals, as clients know it.
        Task Answer(string? text) => text is null
            ? HandshakeAsync(context, isWebSocket)
            : RefuseAsync(context, EngineError.Forbidden, text, isWebSocket ? StatusCodes.Status400BadRequest : StatusCodes.Status403Forbidden);
    }

    private Task HandshakeAsync(HttpContext context, bool isWebSocket)
    {
        if (_isDraining)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            return Task.CompletedTask;
        }

        var request = RequestReader.Read(context, _scope.Time);
        if (!TryEnter(request.Address))
        {
            if (_scope.Metrics.Refused(FanfareMetrics.Limit.ConnectionsPerAddress))
            {
                Log.TooManyConnections(_scope.Logger, _options.MaxConnectionsPerAddress);
            }

            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "10";
            return Task.CompletedTask;
        }

        var session = new EngineSession(NewSid(), _scope, request);
        try
        {
            _options.InitialHeaders?.Invoke(context);
            _options.Headers?.Invoke(context);
        }
        catch
        {
            // Code of the application: its faults must not use up the places of an address.
            LeaveAddress(request.Address);
            throw;
        }

        if (_options.CookieName is { } cookie)
        {
            context.Response.Headers.Append("Set-Cookie", $"{cookie}={session.Sid}; Path=/; HttpOnly; SameSite=Lax");
        }

        if (isWebSocket)
        {
            var accepted = WebSocketUpgrade.AcceptAsync(context, _scope.WebSocketLimits.AllowDirectWrites);
#pragma warning disable VSTHRD103 // It has completed: nothing blocks.
            return accepted.IsCompletedSuccessfully ? Serve(session, accepted.Result) : ServeLaterAsync(session, accepted);
#pragma warning restore VSTHRD103
        }

        _sessions[session.Sid] = session;
        session.AwaitPing();
        session.Send(OpenPacket(session, _options.AllowUpgrades && _options.Transports.Contains(EngineOptions.WebSocket) ? WebSocketUpgrades : NoUpgrades));
        session.Start(_accept(session), new PollingTransport(session, _scope));
        var poll = session.Polling!.PollAsync(context);
        CloseIfDraining(session);
        return poll;
    }

    private async Task ServeLaterAsync(EngineSession session, ValueTask<WebSocketTransport?> accepted)
    {
        WebSocketTransport? transport = null;
        try
        {
            transport = await accepted.ConfigureAwait(false);
        }
        catch
        {
            LeaveAddress(session.Request.Address);
            throw;
        }

        await Serve(session, transport).ConfigureAwait(false);
    }

    private Task Serve(EngineSession session, WebSocketTransport? transport)
    {
        if (transport is null)
        {
            LeaveAddress(session.Request.Address);
            return Task.CompletedTask;
        }

        var webSocket = new EngineWebSocket(session, _scope);
        var connection = new WebSocketConnection(transport, session.Outbox, webSocket, _scope.WebSocketLimits, _scope.Wheel);
        webSocket.Use(connection);
        _sessions[session.Sid] = session;
        session.AwaitPing();
        session.Send(OpenPacket(session, NoUpgrades));
        session.Start(_accept(session), webSocket);
        CloseIfDraining(session);
        return connection.RunAsync();
    }

    /// <summary>For one that came between the beginning of the drain and its look at who is in.</summary>
    private void CloseIfDraining(EngineSession session)
    {
        if (_isDraining)
        {
            session.Close(CloseReason.ServerShuttingDown);
        }
    }

    private async Task UpgradeAsync(HttpContext context, EngineSession session)
    {
        if (await WebSocketUpgrade.AcceptAsync(context, _scope.WebSocketLimits.AllowDirectWrites).ConfigureAwait(false) is not { } transport)
        {
            return;
        }

        var outbox = new Outbox(_scope.OutboxLimits, _scope.Scheduler);
        var upgrade = new UpgradeAttempt(session, _scope);
        var connection = new WebSocketConnection(transport, outbox, upgrade, _scope.WebSocketLimits, _scope.Wheel);
        upgrade.Start(connection, outbox);
        if (!_options.AllowUpgrades || !session.TryBeginUpgrade(upgrade))
        {
            upgrade.Abandon();
        }

        await connection.RunAsync().ConfigureAwait(false);
    }

    private EngineFrame OpenPacket(EngineSession session, string[] upgrades)
    {
        var packet = Scratch.Take();
        new EngineHandshake
        {
            Sid = session.Sid,
            Upgrades = upgrades,
            PingInterval = _options.PingInterval,
            PingTimeout = _options.PingTimeout,
            MaxPayloadBytes = _options.MaxPayloadBytes,
        }.Write(packet);
        return EngineFrame.Text(packet.WrittenSpan);
    }

    private static async Task RefuseAsync(HttpContext context, EngineError error, string? message, int status = StatusCodes.Status400BadRequest)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        if (WebSocketUpgrade.IsWebSocketRequest(context) && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            // What follows on this connection may be frames already.
            response.Headers.Connection = "close";
        }

        message ??= error switch
        {
            EngineError.TransportUnknown => "Transport unknown",
            EngineError.SessionUnknown => "Session ID unknown",
            EngineError.BadHandshakeMethod => "Bad handshake method",
            EngineError.BadRequest => "Bad request",
            EngineError.Forbidden => "Forbidden",
            _ => "Unsupported protocol version",
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(new EngineRefusal((int)error, message), EngineJson.Default.EngineRefusal);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }

    private bool TryEnter(string address) => _options.MaxConnectionsPerAddress <= 0 || _addresses.TryEnter(address, _options.MaxConnectionsPerAddress);

    private void LeaveAddress(string address)
    {
        if (_options.MaxConnectionsPerAddress > 0)
        {
            _addresses.Leave(address);
        }
    }

    private void Forget(string sid, RequestInfo request)
    {
        if (_sessions.TryRemove(sid, out _))
        {
            LeaveAddress(request.Address);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(331, LogLevel.Information, "A request of a foreign origin was refused; list it in EngineOptions.AllowedOrigins if its pages may connect.", EventName = "OriginRefused")]
        public static partial void OriginRefused(ILogger logger);

        [LoggerMessage(332, LogLevel.Information, "An address has {Limit} connections or more; another one was refused.", EventName = "TooManyConnectionsOfAddress")]
        public static partial void TooManyConnections(ILogger logger, int limit);
    }
}
