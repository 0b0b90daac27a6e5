using System.Collections.Concurrent;
using Fanfare.AspNetCore;
using Microsoft.AspNetCore.Http;

namespace Fanfare.WebSockets;

/// <summary>One path of the plain wire: checks requests and begins their sessions.</summary>
internal sealed class RoomsEndpoint
{
    /// <summary>Clients that are sent away come back at a moment of their own within this time.</summary>
    private static readonly TimeSpan ReturnSpread = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<RoomsSession, string> _sessions = new();
    private readonly RoomsScope _scope;
    private readonly ConnectionGate _gate;

    public RoomsEndpoint(RoomsScope scope, AddressLimiter addresses)
    {
        _scope = scope;
        _gate = new ConnectionGate(
            scope.Options.CheckOrigin ? new OriginPolicy(scope.Options.AllowedOrigins) : null, addresses, scope.Options.MaxConnectionsPerAddress, scope.Metrics, scope.Logger);
    }

    /// <summary>Whose a connection is that has not said so; <see langword="null"/> when it has to.</summary>
    private User? Nobody => _scope.Namespace.Options.AllowAnonymous ? User.Anonymous : null;

    /// <summary>Serves one request.</summary>
    public Task HandleAsync(HttpContext context)
    {
        if (!_gate.AllowsOrigin(context))
        {
            return Task.CompletedTask;
        }

        if (!WebSocketUpgrade.IsWebSocketRequest(context))
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";
            return Task.CompletedTask;
        }

        var request = RequestReader.Read(context, _scope.Time);
        var token = RequestToken.Bearer(context.Request);
        if (token is null && request.Principal is null)
        {
            // A header that nobody understands was meant to prove something, and does not.
            return context.Request.Headers.Authorization.Count > 0 ? RefuseToken(context) : OpenAsync(context, request, Nobody, null);
        }

        return IdentifyAsync(context, request, token);
    }

    private static Task RefuseToken(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }

    /// <summary>Ends all sessions, a few at a time.</summary>
    public Task DrainAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        _gate.Close();
        return DrainList.PaceAsync(
            _sessions.Keys.ToArray(),
            DrainOne,
            duration,
            _scope.Time,
            cancellationToken);
    }

    private static void DrainOne(RoomsSession session) => session.Drain(ReturnSpread * Random.Shared.NextDouble());

    /// <summary>Whoever tells with the request who he is must be right.</summary>
    private async Task IdentifyAsync(HttpContext context, RequestInfo request, string? token)
    {
        var handshake = RequestToken.Handshake(request, token);
        User? user = null;
        try
        {
            user = await _scope.Namespace.AuthenticateAsync(handshake).ConfigureAwait(false);
        }
        catch (ConnectException)
        {
            // Told below.
        }

        if (user?.Id is null && token is not null)
        {
            await RefuseToken(context).ConfigureAwait(false);
            return;
        }

        await OpenAsync(context, request, user?.Id is null ? Nobody : user, handshake).ConfigureAwait(false);
    }

    private Task OpenAsync(HttpContext context, RequestInfo request, User? user, Handshake? handshake)
    {
        if (!_gate.TryEnter(context, request.Address))
        {
            return Task.CompletedTask;
        }

        // Accepting seldom waits: then no state machine of this method stays with each connection for its life.
        var accepting = WebSocketUpgrade.AcceptAsync(context, _scope.WebSocketLimits.AllowDirectWrites);
#pragma warning disable VSTHRD103 // It has completed: nothing blocks.
        return accepting.IsCompletedSuccessfully ? Serve(accepting.Result) : ServeLaterAsync(accepting);
#pragma warning restore VSTHRD103

        async Task ServeLaterAsync(ValueTask<WebSocketTransport?> accepting)
        {
            WebSocketTransport? transport = null;
            try
            {
                transport = await accepting.ConfigureAwait(false);
            }
            catch
            {
                _gate.Leave(request.Address);
                throw;
            }

            await Serve(transport).ConfigureAwait(false);
        }

        Task Serve(WebSocketTransport? transport)
        {
            if (transport is null)
            {
                _gate.Leave(request.Address);
                return Task.CompletedTask;
            }

            var session = new RoomsSession(RoomsConnection.NewId(), _scope, request, Forget);
            _sessions[session] = request.Address;
            var socket = new WebSocketConnection(transport, session.Outbox, session, _scope.WebSocketLimits, _scope.Wheel);
            session.Start(socket, handshake ?? new Handshake(request), user);
            if (_gate.IsClosed)
            {
                // It came between the closing of the gate and the look at who is in.
                DrainOne(session);
            }

            return socket.RunAsync();
        }
    }

    private void Forget(RoomsSession session)
    {
        if (_sessions.TryRemove(session, out var address))
        {
            _gate.Leave(address);
        }
    }
}
