using Fanfare.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Fanfare.ServerSentEvents;

/// <summary>One mapping of event streams: checks requests and begins their streams.</summary>
internal sealed partial class EventStreamEndpoint
{
    private const string TokenKey = "access_token";
    private const string AllowedMethods = "GET, HEAD, OPTIONS";

    /// <summary>Clients that are sent away come back at a moment of their own within this time.</summary>
    private static readonly TimeSpan ReturnSpread = TimeSpan.FromSeconds(10);

    private readonly EventStreamScope _scope;
    private readonly StreamCors _cors;

    public EventStreamEndpoint(EventStreamScope scope)
    {
        _scope = scope;
        _cors = new StreamCors(scope.Options);
    }

    private Namespace Namespace => _scope.Namespace;

    /// <summary>Serves one request.</summary>
    /// <remarks>Not an async method: its state would live as long as the stream.</remarks>
    public Task HandleAsync(HttpContext context, StreamRoute route)
    {
        var token = TakeToken(context, out var isFromCookie);
        if (!_scope.Gate.AllowsOrigin(context, isFromCookie || OriginPolicy.IsUserFromCookie(context.Request)))
        {
            return Task.CompletedTask;
        }

        _cors.Apply(context);
        var request = context.Request;
        if (HttpMethods.IsOptions(request.Method))
        {
            return AnswerOptions(context);
        }

        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = AllowedMethods;
            return Refuse(context, StatusCodes.Status405MethodNotAllowed);
        }

        if (!AcceptHeader.AllowsEventStream(request.Headers.Accept))
        {
            return Refuse(context, StatusCodes.Status406NotAcceptable);
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ServeAsync(context, route, token, done);
        return done.Task;
    }

    /// <summary>Ends all streams, a few at a time.</summary>
    public Task DrainAsync(TimeSpan duration, CancellationToken cancellationToken)
    {
        _scope.Gate.Close();
        StreamConnection[] streams = [.. Namespace.Connections.OfType<StreamConnection>().Where(stream => stream.Endpoint == _scope)];
        return DrainList.PaceAsync(
            streams, static stream => stream.Drain(ReturnSpread * Random.Shared.NextDouble()), duration, _scope.Time, cancellationToken);
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task AnswerOptions(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.Allow = AllowedMethods;
        return Task.CompletedTask;
    }

    private string? TakeToken(HttpContext context, out bool isFromCookie)
    {
        isFromCookie = false;
        var queryToken = StreamTarget.TakeQueryValue(context, TokenKey);
        if (RequestToken.Bearer(context.Request) is { } bearer)
        {
            return bearer;
        }

        if (queryToken.Length > 0 && _scope.Options.AllowQueryToken)
        {
            return queryToken;
        }

        if (_scope.Options.CookieName is not { } name || context.Request.Cookies[name] is not { Length: > 0 } cookie)
        {
            return null;
        }

        isFromCookie = true;
        return cookie;
    }

    private async Task ServeAsync(HttpContext context, StreamRoute route, string? token, TaskCompletionSource done)
    {
        try
        {
            if (!await TryBeginAsync(context, route, token, done).ConfigureAwait(false))
            {
                done.TrySetResult();
            }
        }
        catch (Exception exception)
        {
            done.TrySetException(exception);
        }
    }

    /// <summary>Answers a request, or begins its stream.</summary>
    /// <returns>Whether the stream ends the request.</returns>
    private async ValueTask<bool> TryBeginAsync(HttpContext context, StreamRoute route, string? token, TaskCompletionSource done)
    {
        var handshake = RequestToken.Handshake(RequestReader.Read(context, _scope.Time), token);
        if (await FindUserAsync(context, handshake, token).ConfigureAwait(false) is not { } user
            || await FindRoomsAsync(context, route, user).ConfigureAwait(false) is not { } rooms)
        {
            return false;
        }

        var kind = route switch
        {
            StreamRoute.Everybody => StreamKind.Everybody,
            StreamRoute.OwnUser or StreamRoute.User when rooms.Count == 0 => StreamKind.User,
            _ => StreamKind.Rooms,
        };
        if (HttpMethods.IsHead(context.Request.Method))
        {
            StreamHead.Write(context);
            return false;
        }

        if (!_scope.Gate.TryEnter(context, handshake.Address))
        {
            return false;
        }

        var socket = _scope.Options.AllowDirectWrites ? ResponseSocket.FindForBody(context) : null;
        var stream = new StreamConnection(_scope, socket is null ? StreamForm.Bare : StreamForm.Chunked, kind, handshake, user);
        return await TryOpenAsync(context, stream, socket, rooms, done).ConfigureAwait(false);
    }

    private async ValueTask<User?> FindUserAsync(HttpContext context, Handshake handshake, string? token)
    {
        User? user = null;
        try
        {
            user = await Namespace.AuthenticateAsync(handshake).ConfigureAwait(false);
        }
        catch (ConnectException)
        {
            // Told below.
        }

        if (user?.Id is not null)
        {
            return user;
        }

        // Who shows a proof of identity must be right, also where none is needed.
        if (token is null && Namespace.Options.AllowAnonymous)
        {
            return User.Anonymous;
        }

        Unauthorized(context);
        return null;
    }

    private static void Unauthorized(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
    }

    /// <summary>The rooms that a stream joins; <see langword="null"/> when the request is answered.</summary>
    private async ValueTask<IReadOnlyList<string>?> FindRoomsAsync(HttpContext context, StreamRoute route, User user)
    {
        switch (route)
        {
            case StreamRoute.Everybody:
                return [];
            case StreamRoute.OwnUser when user.Id is null:
                Unauthorized(context);
                return null;
            case StreamRoute.OwnUser:
                return [];
            case StreamRoute.User:
                return await FindUserRoomAsync(context, user).ConfigureAwait(false);
            default:
                return await FindNamedRoomsAsync(context, user).ConfigureAwait(false);
        }
    }

    private async ValueTask<IReadOnlyList<string>?> FindUserRoomAsync(HttpContext context, User user)
    {
        if (!StreamTarget.TryGetLastSegment(context, RouteValue(context, "id"), out var id))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return null;
        }

        if (id == user.Id)
        {
            return [];
        }

        if (id.Length > 0 && _scope.Options.AllowUser is { } allow && await allow(user, id).ConfigureAwait(false))
        {
            return [User.RoomOf(id)];
        }

        if (user.Id is null)
        {
            Unauthorized(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
        }

        return null;
    }

    private async ValueTask<IReadOnlyList<string>?> FindNamedRoomsAsync(HttpContext context, User user)
    {
        var named = new List<string>();
        if (_scope.Options.Rooms is { } choose)
        {
            named.AddRange(choose(context));
            if (named.Count == 0)
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return null;
            }
        }
        else if (!StreamTarget.TryGetLastSegment(context, RouteValue(context, "room"), out var first))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return null;
        }
        else
        {
            named.Add(first);
            if (!StreamTarget.TryAddQueryValues(context, "room", named))
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return null;
            }
        }

        string[] rooms = [.. named.Distinct(StringComparer.Ordinal)];
        if (rooms.Length > Namespace.Options.Limits.MaxRooms || !rooms.All(RoomName.IsValid))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return null;
        }

        foreach (var room in rooms)
        {
            if (!await Namespace.MayEnterAsync(user, room).ConfigureAwait(false))
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return null;
            }
        }

        return rooms;
    }

    private static string RouteValue(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? string.Empty;

    /// <summary>Takes the stream in, sends the head, and what the client missed.</summary>
    private async ValueTask<bool> TryOpenAsync(
        HttpContext context, StreamConnection stream, ResponseSocket? socket, IReadOnlyList<string> rooms, TaskCompletionSource done)
    {
        var since = SinceOf(context.Request);
        EventId head = default;
        try
        {
            var entry = Namespace.Enter(
                stream,
                position =>
                {
                    head = position;
                    stream.Greet(since.Length == 0 ? position : null);
                },
                rooms,
                hold: since.Length > 0);
            if (entry != Entry.Entered)
            {
                stream.Forget();
                context.Response.StatusCode = entry == Entry.TooManyConnections ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "10";
                return false;
            }

            await BeginResponseAsync(context, socket).ConfigureAwait(false);
        }
        catch
        {
            // Whoever listens for joins may throw.
            stream.Forget();
            throw;
        }

        stream.Start(context, socket, done);
        if (since.Length > 0)
        {
            await CatchUpAsync(stream, rooms, since, head).ConfigureAwait(false);
        }

        return true;
    }

    private Task BeginResponseAsync(HttpContext context, ResponseSocket? socket)
    {
        LongRequest.Unbind(context);
        ConnectionTransport.BoundAcknowledgement(context, _scope.Options.AcknowledgementTimeout);
        StreamHead.Write(context);
        if (socket is not null)
        {
            // Both are ours: the chunks, and the end of a connection on which the next stream could not be written directly.
            context.Response.Headers.TransferEncoding = "chunked";
            context.Response.Headers.Connection = "close";
        }

        return context.Response.StartAsync(CancellationToken.None);
    }

    private async Task CatchUpAsync(StreamConnection stream, IReadOnlyList<string> rooms, string since, EventId head)
    {
        var query = new HistoryQuery
        {
            Rooms = stream.Hears(rooms),
            IncludesEverybody = stream.IsForEverybody,
            ExceptedBy = stream.Rooms,
        };
        try
        {
            await Namespace.CatchUpAsync(stream, query, since, head, (gap, position) =>
            {
                if (gap != GapReason.None)
                {
                    stream.TellGap(gap, position);
                }
            }).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The head is out: all that can be said is the end.
            Log.ReplayFailed(_scope.Logger, exception, Namespace.Name);
            stream.Break();
        }
    }

    private static string SinceOf(HttpRequest request)
    {
        var header = request.Headers["Last-Event-ID"].ToString();
        return header.Length > 0 ? header : RequestReader.QueryValue(request, "lastEventId");
    }

    private static partial class Log
    {
        [LoggerMessage(603, LogLevel.Error, "What a stream of {Namespace} missed could not be read; the stream was ended.", EventName = "ReplayFailed")]
        public static partial void ReplayFailed(ILogger logger, Exception exception, string @namespace);
    }
}
