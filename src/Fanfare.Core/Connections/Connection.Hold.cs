namespace Fanfare;

// What is delivered waits here while the client is shown what it missed, and where more waits than may, the connection ends.
public abstract partial class Connection
{
    /// <summary>Of what was held, so many are sent before the reader has to have taken them: well below what an outbox holds.</summary>
    private const int MaxReleasedAtOnce = 256;
    private List<EncodedMessage>? _held;
    private int _holds;
    private bool _isFull;
    private volatile bool _isHolding;

    /// <summary>From here on deliveries wait for <see cref="ReleaseAsync"/>, so that a replay can come first. Calls are counted.</summary>
    internal void Hold()
    {
        lock (_gate)
        {
            _holds++;
            _held ??= [];
            _isHolding = true;
        }
    }

    /// <summary>Sends what was missed, although deliveries are held.</summary>
    internal void Replay(EncodedMessage message) => Send(message);

    /// <summary>Completes when the wire has taken what was replayed, so that a long replay does not fill the outbox.</summary>
    internal ValueTask WhenReplayedAsync() => FlushAsync();

    /// <summary>Ends a <see cref="Hold"/>; the last one sends what waited, in order and at the pace of the reader: what came in the meantime must not make it look slow.</summary>
    internal async ValueTask ReleaseAsync()
    {
        while (!TryRelease())
        {
            await FlushAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whether what waits is within the namespace's own bound; where it is not, what may not be lost ends the connection.</summary>
    private bool HasRoomFor(EncodedMessage message)
    {
        if (QueuedBytes > _scope.Limits.MaxQueuedBytes)
        {
            if (!message.IsVolatile)
            {
                BeFull();
            }

            return false;
        }

        return true;
    }

    /// <summary>Sends a portion of what waited, or the last of it and ends the hold.</summary>
    /// <returns>Whether the hold has ended.</returns>
    private bool TryRelease()
    {
        lock (_gate)
        {
            if (_closeReason is not null)
            {
                // The replay may have stopped short of what waited: sent behind it, that would hide a gap. It is held for good.
                _held!.Clear();
                return true;
            }

            var isPortion = _holds == 1 && _held!.Count > MaxReleasedAtOnce;
            if (!isPortion && --_holds > 0)
            {
                return true;
            }

            var count = isPortion ? MaxReleasedAtOnce : _held!.Count;
            for (var i = 0; i < count; i++)
            {
                Send(_held![i]);
            }

            if (isPortion)
            {
                _held!.RemoveRange(0, count);
                return false;
            }

            _held = null;
            _isHolding = false;
            return true;
        }
    }

    private bool TryHold(EncodedMessage message)
    {
        if (!_isFull && _held!.Count < _scope.Limits.MaxHeldMessages)
        {
            _held.Add(message);
            return true;
        }

        if (!message.IsVolatile)
        {
            BeFull();
        }

        return false;
    }

    /// <summary>A message was lost: nothing after it may be sent, and the connection ends. By the pool, since a lock of the namespace is held here.</summary>
    private void BeFull()
    {
        if (_isFull)
        {
            return;
        }

        _isFull = true;
        if (_scope.Metrics.Refused(FanfareMetrics.Limit.Outbox))
        {
            Log.TooSlow(_scope.Logger, NamespaceName);
        }

        ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.Cut(CloseReason.SlowConsumer), this, preferLocal: false);
    }
}
