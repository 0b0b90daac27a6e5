namespace Fanfare;

// How a connection comes in: authenticate, perhaps continue a session, pass the middlewares, enter.
public sealed partial class Namespace
{
    /// <summary>What a client reads that nobody knows.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>Says whose a handshake is.</summary>
    /// <exception cref="ConnectException">It is refused.</exception>
    public async ValueTask<User> AuthenticateAsync(Handshake handshake)
    {
        var user = Registered.Authenticator is { } authenticator
            ? await authenticator(handshake).ConfigureAwait(false) ?? throw new ConnectException(Unauthorized)
            : User.FromPrincipal(handshake.Principal);
        return user.ExpiresAt <= _services.Time.GetUtcNow() ? throw new ConnectException(Unauthorized) { IsExpired = true } : user;
    }

    /// <summary>Looks for a session that a client may continue. Nothing changes.</summary>
    /// <param name="user">Whose handshake it is.</param>
    /// <param name="secret">The session's secret, as the client shows it.</param>
    /// <param name="after">The position that the client shows; without one it missed everything since the session's start.</param>
    /// <returns>The way to continue it, or <see langword="null"/> when that cannot be done without a gap.</returns>
    public async ValueTask<Continuation?> FindContinuationAsync(User user, string? secret, string? after)
    {
        if (!Options.Recovery.IsEnabled || !Options.History.IsEnabled || secret is null)
        {
            return null;
        }

        if (_sessions.Find(secret, user) is not { } session)
        {
            _services.Metrics.Recovered(Name, "unknown");
            return null;
        }

        var position = session.Start;
        if (after is not null && !EventId.TryParse(after, out position))
        {
            _services.Metrics.Recovered(Name, "epoch");
            return null;
        }

        int turn;
        Connection? stale;
        IReadOnlyList<string> rooms;
        lock (_order)
        {
            // Under the lock, because another one that continues the session right now is in its rooms only at the end of its turn.
            (turn, stale, rooms) = _sessions.StateOf(session);
            rooms = stale is null ? rooms : _rooms.RoomsOf(stale);
        }

        var (allowed, denied) = await PartAsync(user, rooms, session.ConnectionId).ConfigureAwait(false);
        string[] read = [session.ConnectionId, .. allowed];
        var page = await _history.ReadAfterAsync(position, SessionQuery(read), _history.Head, 1).ConfigureAwait(false);
        if (page.Gap != GapReason.None)
        {
            _services.Metrics.Recovered(Name, page.Gap.ToWireName());
            return null;
        }

        return new Continuation(session, turn, stale, allowed, denied, position);
    }

    /// <summary>Lets a new connection pass the middlewares.</summary>
    /// <exception cref="ConnectException">One of them refuses it.</exception>
    public async ValueTask PassMiddlewaresAsync(Connection connection)
    {
        var middlewares = Registered.Middlewares;
        var passed = false;
        await Step(0).ConfigureAwait(false);
        if (!passed)
        {
            throw new ConnectException(Unauthorized);
        }

        Task Step(int index)
        {
            if (index == middlewares.Count)
            {
                passed = true;
                return Task.CompletedTask;
            }

            return middlewares[index](connection, () => Step(index + 1));
        }
    }

    /// <summary>Takes a connection in: it is in its own room and its user's, the client gets its answer, and the listeners see it.</summary>
    /// <param name="connection">The connection; it must not have ended.</param>
    /// <param name="answer">Queues the wire's answer to the client, given the head of the log: nothing is sent to the connection before it.</param>
    /// <param name="rooms">Rooms that it is in from the start; the policy has allowed them.</param>
    /// <param name="hold">Whether what is delivered waits, because <see cref="CatchUpAsync"/> comes next.</param>
    public Entry Enter(Connection connection, Action<EventId> answer, IReadOnlyList<string>? rooms = null, bool hold = false)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(answer);
        lock (_order)
        {
            if (_isRetired)
            {
                return Entry.Retired;
            }

            if (HasTooMany(connection.User))
            {
                return Entry.TooManyConnections;
            }

            if (!connection.TryBeginEntry())
            {
                return Entry.Gone;
            }

            if (Options.Recovery.IsEnabled && Options.History.IsEnabled && connection.KeepsSession)
            {
                _sessions.Open(connection, _history.Head);
            }

            Add(connection, rooms ?? []);
            answer(_history.Head);
            if (hold)
            {
                connection.Hold();
            }
        }

        connection.TellMoves();
        connection.JoinEarlyRooms();
        Begin(connection);
        return Entry.Entered;
    }

    /// <summary>Gives a connection that came without a name its user: it hears what goes to that user from now on, and counts among the user's connections.</summary>
    /// <param name="connection">A connection whose user is anonymous.</param>
    /// <param name="user">Who it proved to be.</param>
    /// <param name="answer">Queues the wire's answer, given the head of the log, in its place among what is live. It must not call user code.</param>
    /// <returns>False when the user has as many connections as it may have: nothing has changed then.</returns>
    /// <exception cref="InvalidOperationException">The connection has a user.</exception>
    public bool Identify(Connection connection, User user, Action<EventId> answer)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(answer);
        lock (_order)
        {
            if (HasTooMany(user))
            {
                return false;
            }

            connection.Identify(user);
            if (RoomOfUser(connection) is { } own)
            {
                _rooms.Join(connection, own);
            }

            answer(_history.Head);
        }

        connection.WatchExpiry();
        return true;
    }

    /// <summary>Takes a connection in as the continuation of a session: it has the session's rooms and data, and hears what it missed, once and in order.</summary>
    /// <param name="connection">The connection, with the id of the session.</param>
    /// <param name="continuation">What <see cref="FindContinuationAsync"/> found.</param>
    /// <param name="answer">Queues the wire's answer to the client, behind what it missed.</param>
    /// <returns>False when another connection was faster or the session ended meanwhile: nothing has changed then.</returns>
    public async ValueTask<bool> TryContinueAsync(Connection connection, Continuation continuation, Action answer)
    {
        // Before the session is its own: an end that nobody is told of would keep it for ever.
        if (!connection.TryBeginEntry())
        {
            return false;
        }

        if (!TryTakeOver(connection, continuation, out var head, out var isLeaving))
        {
            connection.CancelEntry();
            return false;
        }

        continuation.Stale?.FinishYield();
        if (isLeaving)
        {
            // That the old one leaves is being told: that the new one comes is told behind it.
            await continuation.Stale!.Completion.ConfigureAwait(false);
        }

        connection.TellMoves();
        foreach (var room in continuation.Denied)
        {
            await connection.LeaveAsync(room).ConfigureAwait(false);
        }

        var gaps = await ReplayAsync(connection, SessionQuery(connection.Rooms), continuation.After, head, isPartial: false).ConfigureAwait(false);
        if (!connection.IsClosed)
        {
            answer();
        }

        await connection.ReleaseAsync().ConfigureAwait(false);
        connection.JoinEarlyRooms();
        _services.Metrics.Recovered(Name, gaps.Count == 0 ? "recovered" : gaps[0].Reason.ToWireName());
        Begin(connection);
        if (gaps.Count > 0)
        {
            // It was promised everything, and the log lost something meanwhile.
            connection.Cut(CloseReason.MessagesLost);
        }

        return true;
    }

    /// <summary>Lets a namespace of a pattern go when nobody is in it and no session is kept: it will be made anew when it is named again.</summary>
    internal bool TryRetire()
    {
        lock (_order)
        {
            if (!_isRetired && Pattern is not null && _rooms.MemberCount == 0 && _sessions.IsEmpty)
            {
                _isRetired = true;
                return true;
            }

            return false;
        }
    }

    private bool TryTakeOver(Connection connection, Continuation continuation, out EventId head, out bool isLeaving)
    {
        lock (_order)
        {
            head = _history.Head;
            isLeaving = false;
            var stale = continuation.Stale;
            if (_isRetired || stale is { MayBeContinued: false } || !_sessions.TryContinue(continuation.Session, continuation.Turn, connection))
            {
                return false;
            }

            connection.Data = stale?.Data ?? continuation.Session.Data;
            connection.IsRecovered = true;
            connection.Hold();

            // A stale one is still in the rooms, or was when it ended; what it left meanwhile stays left.
            if (stale is null)
            {
                Add(connection, continuation.Rooms);
            }
            else if (!stale.TryYieldTo(connection))
            {
                string[] rooms = [.. continuation.Rooms.Intersect(_rooms.RoomsOf(stale))];
                isLeaving = !stale.TryHandOver(rooms);
                Add(connection, rooms, inherits: !isLeaving);
            }

            return true;
        }
    }

    private void Add(Connection connection, IReadOnlyList<string> rooms, bool inherits = false) =>
        _rooms.TryAdd(connection, RoomOfUser(connection) is { } own ? [own, .. rooms] : rooms, inherits);

    private static string? RoomOfUser(Connection connection) =>
        connection.User.Id is { } id ? connection.HearsUser ? User.RoomOf(id) : User.SilentRoomOf(id) : null;

    private bool HasTooMany(User user)
    {
        if (user.Id is not { } id || Options.Limits.MaxConnectionsPerUser <= 0 || _rooms.CountIn(User.RoomOf(id)) + _rooms.CountIn(User.SilentRoomOf(id)) < Options.Limits.MaxConnectionsPerUser)
        {
            return false;
        }

        if (_services.Metrics.Refused(FanfareMetrics.Limit.ConnectionsPerUser))
        {
            Log.TooManyConnectionsOfUser(_services.Logger, Name, Options.Limits.MaxConnectionsPerUser);
        }

        return true;
    }

    private static HistoryQuery SessionQuery(IReadOnlyList<string> rooms) => new() { Rooms = rooms, IncludesEverybody = true, ExceptedBy = rooms };

    /// <summary>Asks the policy about the rooms of a session; those that the server keeps are not its business.</summary>
    private async ValueTask<(IReadOnlyList<string> Allowed, IReadOnlyList<string> Denied)> PartAsync(User user, IReadOnlyList<string> rooms, string ownRoom)
    {
        var allowed = new List<string>(rooms.Count);
        var denied = new List<string>();
        foreach (var room in rooms)
        {
            if (room != ownRoom && !User.OwnsRoom(room))
            {
                var mayEnter = Registered.RoomPolicy is not { } policy || await policy(user, room).ConfigureAwait(false);
                (mayEnter ? allowed : denied).Add(room);
            }
        }

        return (allowed, denied);
    }

    private void Begin(Connection connection)
    {
        _services.Metrics.Opened(Name);
        connection.WatchExpiry();
        try
        {
            Registered.Entered?.Invoke(connection);
        }
        finally
        {
            connection.Start();
        }
    }

    private void OnStarted(Connection connection)
    {
        foreach (var listener in Registered.ConnectionListeners)
        {
            _ = ListenAsync(listener, connection);
        }
    }

    private async Task ListenAsync(Func<Connection, Task> listener, Connection connection)
    {
        try
        {
            await listener(connection).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _services.Metrics.HandlerFailed(Name);
            Log.ConnectionListenerFailed(_services.Logger, exception, Name);
        }
    }

    private void OnEnded(Connection connection, CloseReason reason)
    {
        _services.Metrics.Closed(Name, reason.Text, _services.Time.GetUtcNow() - connection.Handshake.Request.Time);
        Registered.Ended?.Invoke(connection, reason);
    }

    private void OnGone(Connection connection, CloseReason reason, IReadOnlyList<string> rooms)
    {
        _sessions.Lose(connection, reason, rooms);
        if (Pattern is not null)
        {
            _services.Emptied(this);
        }
    }
}
