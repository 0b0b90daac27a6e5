namespace Fanfare;

// How a connection comes into rooms that a client names, and hears what it missed there.
public sealed partial class Namespace
{
    private const int ReplayPage = 300;

    /// <summary>After so many events others have their turn: of many that resume at once each takes its part, and what is live waits behind none for long.</summary>
    private const int ReplayTurn = 32;
    private const int ReplayBytesPerFlush = 128 * 1024;

    /// <summary>Whether a user may enter and read a room that a client names. Rooms that the server keeps nobody may; without a policy nobody may enter any.</summary>
    public ValueTask<bool> MayEnterAsync(User user, string room) =>
        Registered.RoomPolicy is not { } policy || User.OwnsRoom(room) || _rooms.TryGet(room, out _)
            ? ValueTask.FromResult(false)
            : policy(user, room);

    /// <summary>Puts a connection into rooms that the policy allows: through the join middlewares, and with what it missed.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="rooms">The rooms.</param>
    /// <param name="since">The position after which it missed what was said in them, or <see langword="null"/>.</param>
    /// <param name="answer">Queues the wire's answer for a room: behind what was missed and ahead of what is live.</param>
    /// <returns>The rooms that a middleware refused.</returns>
    public async ValueTask<IReadOnlyList<string>> JoinAsync(Connection connection, IReadOnlyList<string> rooms, string? since, Action<RoomJoin> answer)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(answer);
        var request = new JoinRequest(connection, rooms, since);
        var middlewares = Registered.JoinMiddlewares;
        var held = false;
        var reached = false;
        try
        {
            await Step(0).ConfigureAwait(false);
            // Where it ended meanwhile the replay may have stopped short: then nobody must read that it was whole.
            if (held && !connection.IsClosed)
            {
                foreach (var join in request.Joins)
                {
                    answer(join);
                }
            }
        }
        finally
        {
            if (held)
            {
                await connection.ReleaseAsync().ConfigureAwait(false);
            }
        }

        if (!reached)
        {
            // A middleware let it end there.
            request.RefuseAll();
        }

        return request.Refused;

        ValueTask Step(int index) => index == middlewares.Count ? JoinThem() : middlewares[index](request, () => Step(index + 1));

        ValueTask JoinThem()
        {
            reached = true;
            held = since is not null || middlewares.Count > 0;
            request.Joins = JoinNow(connection, request.Rooms, held ? null : answer, held);
            return since is null ? ValueTask.CompletedTask : Recover(since);
        }

        async ValueTask Recover(string since) =>
            request.Joins = await RecoverAsync(connection, request.Joins, since).ConfigureAwait(false);
    }

    /// <summary>Shows a connection what it missed, then its answer, then what came meanwhile.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="query">Where it may have missed something.</param>
    /// <param name="since">The position that the client holds, as it shows it.</param>
    /// <param name="heldAt">The head of the log when it was held by <see cref="Enter"/>; <see langword="null"/> for one that lives already: it is held now.</param>
    /// <param name="answer">Queues the wire's answer, given whether something is missing for ever, and the position from which on it hears live.</param>
    public async ValueTask CatchUpAsync(Connection connection, HistoryQuery query, string since, EventId? heldAt, Action<GapReason, EventId> answer)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(answer);
        var upTo = heldAt ?? HoldNow(connection);
        try
        {
            var gap = GapReason.Epoch;
            if (TryParse(since, out var after))
            {
                var gaps = await ReplayAsync(connection, query, after, upTo, isPartial: false).ConfigureAwait(false);
                gap = gaps.Count == 0 ? GapReason.None : gaps[0].Reason;
            }

            _services.Metrics.Recovered(Name, gap == GapReason.None ? "recovered" : gap.ToWireName());
            if (!connection.IsClosed)
            {
                answer(gap, upTo);
            }
        }
        finally
        {
            await connection.ReleaseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Queues an answer that carries a position, in its place among what is live. The action must not call user code.</summary>
    public void AnswerInOrder(Action<EventId> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        lock (_order)
        {
            answer(_history.Head);
        }
    }

    private EventId HoldNow(Connection connection)
    {
        lock (_order)
        {
            connection.Hold();
            return _history.Head;
        }
    }

    /// <summary>The handler's way into a room: see <see cref="Connection.ResumeAsync"/>.</summary>
    private async ValueTask<RoomJoin> ResumeAsync(Connection connection, string room, string since)
    {
        var joins = JoinNow(connection, [room], answer: null, hold: true);
        try
        {
            return (await RecoverAsync(connection, joins, since).ConfigureAwait(false))[0];
        }
        finally
        {
            await connection.ReleaseAsync().ConfigureAwait(false);
        }
    }

    private RoomJoin[] JoinNow(Connection connection, IReadOnlyList<string> rooms, Action<RoomJoin>? answer, bool hold)
    {
        var joins = new RoomJoin[rooms.Count];
        lock (_order)
        {
            if (hold)
            {
                connection.Hold();
            }

            for (var i = 0; i < joins.Length; i++)
            {
                var isIn = connection.TryJoin(rooms[i]);
                joins[i] = new RoomJoin(rooms[i], _history.Head, IsRefused: !isIn);
                answer?.Invoke(joins[i]);
            }
        }

        connection.TellMoves();
        return joins;
    }

    private async ValueTask<RoomJoin[]> RecoverAsync(Connection connection, IReadOnlyList<RoomJoin> joins, string since)
    {
        if (joins.Count == 0)
        {
            return [];
        }

        // A member's own messages are among what it missed: it may not know that they were kept.
        string[] rooms = [.. joins.Where(static join => !join.IsRefused).Select(static join => join.Room)];
        var query = new HistoryQuery { Rooms = rooms, ExceptedBy = [.. connection.Rooms.Skip(1)] };
        IReadOnlyList<HistoryGap> gaps = [];
        var isReadable = TryParse(since, out var after);
        if (isReadable)
        {
            gaps = await ReplayAsync(connection, query, after, joins[0].Cursor, isPartial: true).ConfigureAwait(false);
        }

        return [.. joins.Select(Answer)];

        RoomJoin Answer(RoomJoin join)
        {
            var gap = isReadable ? gaps.FirstOrDefault(gap => gap.Room == join.Room).Reason : GapReason.Epoch;
            if (!join.IsRefused)
            {
                _services.Metrics.Recovered(Name, gap == GapReason.None ? "recovered" : gap.ToWireName());
            }

            return join with { IsRecovered = gap == GapReason.None, Gap = gap };
        }
    }

    private bool TryParse(string since, out EventId after) => EventId.TryParse(since, out after) && Options.History.IsEnabled;

    /// <summary>Sends what was missed, a page at a time, at the pace of the reader.</summary>
    /// <param name="connection">The connection; it is held.</param>
    /// <param name="query">What it may have missed.</param>
    /// <param name="after">Up to where it has everything.</param>
    /// <param name="upTo">The last position before what waits.</param>
    /// <param name="isPartial">Whether rooms without a gap are shown when others have one.</param>
    /// <returns>Where something is missing for ever.</returns>
    private async ValueTask<IReadOnlyList<HistoryGap>> ReplayAsync(Connection connection, HistoryQuery query, EventId after, EventId upTo, bool isPartial)
    {
        _replays.Begin();
        try
        {
            return await ReplayPagesAsync(connection, query, after, upTo, isPartial).ConfigureAwait(false);
        }
        finally
        {
            _replays.End();
        }
    }

    private async ValueTask<IReadOnlyList<HistoryGap>> ReplayPagesAsync(Connection connection, HistoryQuery query, EventId after, EventId upTo, bool isPartial)
    {
        var gaps = new List<HistoryGap>();
        var limits = _services.Outbox;
        var maxBytes = limits.MaxBytes > 0 ? Math.Min(ReplayBytesPerFlush, limits.MaxBytes / 4) : ReplayBytesPerFlush;
        var pageSize = limits.MaxCount > 0 ? Math.Clamp(limits.MaxCount / 4, 1, ReplayPage) : ReplayPage;
        var (count, bytes) = (0, 0);
        while (!query.IsEmpty && !connection.IsClosed)
        {
            var page = await _history.ReadAfterAsync(after, query, upTo, pageSize).ConfigureAwait(false);
            if (page.Gaps.Count > 0)
            {
                gaps.AddRange(page.Gaps);
                if (!isPartial)
                {
                    return gaps;
                }

                query = query.WithoutGapsOf(page);
                continue;
            }

            foreach (var entry in page.Entries)
            {
                var broadcast = entry.Broadcast;
                connection.Replay(_replays.MessageOf(entry, NameableRoomOf(broadcast.Target)));
                after = entry.Id;
                bytes += broadcast.Message.Arguments.Json.Length;
                if (++count == ReplayTurn || bytes > maxBytes)
                {
                    (count, bytes) = (0, 0);
                    await connection.WhenReplayedAsync().ConfigureAwait(false);
                }
            }

            if (!page.HasMore)
            {
                break;
            }

            await connection.WhenReplayedAsync().ConfigureAwait(false);
        }

        return gaps;
    }
}
