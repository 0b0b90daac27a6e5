namespace Fanfare;

// Its rooms: into them, out of them, and those that were named before it was in its namespace.
public abstract partial class Connection
{
    private List<string>? _earlyRooms;
    private bool _isIn;

    /// <summary>Its rooms, the one of its own id first. While it ends those it was in, afterwards none.</summary>
    public IReadOnlyList<string> Rooms => _hasLeft ? [] : [Id, .. _scope.Rooms.RoomsOf(this)];

    /// <summary>Whether it is in this room.</summary>
    public bool IsIn(string room) =>
        _scope.Rooms.IsIn(this, room) || (!_hasLeft && FinalRooms is { } rooms && (room == Id || rooms.Contains(room)));

    /// <summary>Goes into rooms.</summary>
    /// <exception cref="TooManyRoomsException">It is in as many rooms as it may be; it has joined those named before the one too many.</exception>
    public ValueTask JoinAsync(params IReadOnlyList<string> rooms)
    {
        foreach (var room in rooms)
        {
            if (!Join(room))
            {
                throw new TooManyRoomsException(_scope.Limits.MaxRooms);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Goes into a room and hears first, once and in order, what it missed there.</summary>
    /// <param name="room">The room. Whether the client may enter is the caller's to know.</param>
    /// <param name="since">The position that the client holds, from whatever wire.</param>
    /// <returns>Whether it got everything, or why not.</returns>
    /// <exception cref="TooManyRoomsException">It is in as many rooms as it may be.</exception>
    public async ValueTask<RoomJoin> ResumeAsync(string room, string since)
    {
        ArgumentNullException.ThrowIfNull(since);
        var join = await _scope.Resume!(this, room, since).ConfigureAwait(false);
        return join.IsRefused ? throw new TooManyRoomsException(_scope.Limits.MaxRooms) : join;
    }

    /// <summary>Goes out of a room; nothing when it is not in it.</summary>
    public ValueTask LeaveAsync(string room)
    {
        if (_scope.Rooms.Leave(this, room))
        {
            TellMoves();
        }
        else if (_earlyRooms is not null)
        {
            LeaveEarly(room);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Goes into a room; false when it is in as many as it may be. The rooms that the server keeps for users do not count.</summary>
    internal bool Join(string room)
    {
        var isIn = TryJoin(room);
        TellMoves();
        return isIn;
    }

    /// <summary>As <see cref="Join"/>, but tells nobody yet: the caller may hold the namespace's lock, and calls <see cref="TellMoves"/> behind it.</summary>
    internal bool TryJoin(string room)
    {
        var outcome = Enter(room);
        if (outcome == JoinOutcome.Gone && !JoinEarly(room))
        {
            outcome = Enter(room);
        }

        if (outcome != JoinOutcome.TooMany)
        {
            return true;
        }

        if (_scope.Metrics.Refused(FanfareMetrics.Limit.Rooms))
        {
            Log.TooManyRooms(_scope.Logger, NamespaceName, _scope.Limits.MaxRooms);
        }

        return false;
    }

    /// <summary>Goes into the rooms that it was put into before it was in its namespace, by a middleware for one.</summary>
    internal void JoinEarlyRooms()
    {
        List<string>? rooms;
        lock (_gate)
        {
            _isIn = true;
            (rooms, _earlyRooms) = (_earlyRooms, null);
        }

        foreach (var room in rooms ?? [])
        {
            Join(room);
        }
    }

    private JoinOutcome Enter(string room) => _scope.Rooms.Join(this, room, _scope.Limits.MaxRooms + (User.Id is null ? 0 : 1));

    /// <summary>Keeps a room for <see cref="JoinEarlyRooms"/>, or drops it when the connection has ended. False when it has come in meanwhile.</summary>
    private bool JoinEarly(string room)
    {
        lock (_gate)
        {
            if (_isIn)
            {
                return false;
            }

            if (_closeReason is null)
            {
                (_earlyRooms ??= []).Add(room);
            }

            return true;
        }
    }

    private void LeaveEarly(string room)
    {
        lock (_gate)
        {
            _earlyRooms?.RemoveAll(early => early == room);
        }
    }
}
