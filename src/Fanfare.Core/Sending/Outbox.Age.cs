namespace Fanfare;

// The bound on the age of what waits.
public sealed partial class Outbox
{
    private AgeDeadline? _ageDeadline;

    private bool IsAgeBounded => _limits.MaxAge > TimeSpan.Zero && _limits.MaxAge < TimeSpan.MaxValue;

    private TimeSpan OldestAge(long now) => _scheduler.Wheel.Time.GetElapsedTime(_waiting.OldestEnqueuedAt, now);

    /// <summary>While the wire is busy and something waits, a deadline guards the age, so a stalled reader is cut even when nothing more is sent.</summary>
    private void WatchAge(long now)
    {
        if (!IsBusy || !IsAgeBounded || _waiting.Count == 0 || _ageDeadline is { IsScheduled: true })
        {
            return;
        }

        _ageDeadline ??= new AgeDeadline(this);
        var age = OldestAge(now == 0 ? _scheduler.Wheel.Time.GetTimestamp() : now);
        _scheduler.Wheel.Schedule(_ageDeadline, _limits.MaxAge - age);
    }

    private void StopWatching()
    {
        if (_ageDeadline is not null)
        {
            _scheduler.Wheel.Cancel(_ageDeadline);
            _ageDeadline = null;
        }
    }

    private void CheckAge()
    {
        lock (Gate)
        {
            // It is left on the wheel when the wire can take again, and looks again when it is due: cheaper than cancelling at every turn.
            if (!IsBusy || _waiting.Count == 0 || (_state & State.Full) != 0)
            {
                _ageDeadline = null;
                return;
            }

            if (OldestAge(_scheduler.Wheel.Time.GetTimestamp()) >= _limits.MaxAge)
            {
                _ageDeadline = null;
                SetFull(OutboxBound.Age);
                return;
            }

            WatchAge(0);
        }
    }

    private sealed class AgeDeadline(Outbox outbox) : Deadline
    {
        internal protected override void OnDue() => outbox.CheckAge();
    }
}
