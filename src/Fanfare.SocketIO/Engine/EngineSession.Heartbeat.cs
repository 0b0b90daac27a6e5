namespace Fanfare.SocketIO;

// The heartbeat: protocol notes 1.5.
internal sealed partial class EngineSession
{
    private long _beatAt;
    private bool _awaitsPong;

    /// <summary>The heartbeat: time for a ping, or for its answer.</summary>
    protected override void OnDue()
    {
        if (_phase == Phase.Closing)
        {
            Forget();
            return;
        }

        if (_awaitsPong)
        {
            if (Volatile.Read(ref _pauses) > 0)
            {
                // We have stopped reading: the pong may wait in front of us.
                _scope.Wheel.Schedule(this, _scope.Options.PingTimeout);
                return;
            }

            // By the pool: the end of a session runs code of the application.
            ThreadPool.UnsafeQueueUserWorkItem(static session => session.Fail(CloseReason.PingTimeout), this, preferLocal: false);
            return;
        }

        _awaitsPong = true;
        Ping();

        // Counted from when the ping was due, and at most a tick early: clients count from there too.
        var left = _scope.Options.PingInterval + _scope.Options.PingTimeout - _scope.Time.GetElapsedTime(_beatAt);
        _scope.Wheel.Schedule(this, left - TimingWheel.Resolution);
    }

    /// <summary>Ends a session whose pong is overdue before the wheel comes to it, which on a busy machine may be late: what a request finds must not depend on that.</summary>
    /// <returns>Whether it has ended by this.</returns>
    public bool EndIfOverdue()
    {
        if (!IsOpen || !_awaitsPong || Volatile.Read(ref _pauses) > 0
            || _scope.Time.GetElapsedTime(_beatAt) < _scope.Options.PingInterval + _scope.Options.PingTimeout)
        {
            return false;
        }

        Fail(CloseReason.PingTimeout);
        return true;
    }

    /// <summary>Counts the time to the next ping from now: from the handshake, before the client can know of it, and from each pong.</summary>
    public void AwaitPing()
    {
        _awaitsPong = false;
        _beatAt = _scope.Time.GetTimestamp();
        _scope.Wheel.Schedule(this, _scope.Options.PingInterval);
    }

    private void Ping()
    {
        bool isPolled;
        lock (this)
        {
            // Within the lock, so that an upgrade either finds the ping or is found here.
            isPolled = Polling?.OwePing() == true;
            if (Polling is not null && !isPolled)
            {
                return;
            }
        }

        if (isPolled)
        {
            Outbox.Resume();
        }
        else
        {
            Send(EngineFrame.Ping);
        }
    }
}
