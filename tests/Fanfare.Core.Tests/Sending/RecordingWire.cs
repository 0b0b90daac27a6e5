using System.Text;

namespace Fanfare.Core.Tests.Sending;

/// <summary>A wire that takes as many bytes as the test allows, and remembers them.</summary>
internal sealed class RecordingWire : IWire
{
    private readonly Lock _gate = new();
    private readonly List<byte> _bytes = [];
    private readonly List<(Func<RecordingWire, bool> Condition, TaskCompletionSource Met)> _waits = [];
    private int _inDrain;

    /// <summary>How many more bytes it takes before it is blocked.</summary>
    public int Allowance { get; set; } = int.MaxValue;

    public int ScratchSize { get; init; } = 100;

    public bool IsGone { get; set; }

    public int Drains { get; private set; }

    public bool SawCompletion { get; private set; }

    public string Text
    {
        get
        {
            lock (_gate)
            {
                return Encoding.ASCII.GetString([.. _bytes]);
            }
        }
    }

    /// <summary>Called within a drain, after bytes were copied and before they are taken off.</summary>
    public Action? BetweenCopyAndAdvance { get; set; }

    public DrainResult Drain(IOutboxReader outbox)
    {
        Assert.Equal(1, Interlocked.Increment(ref _inDrain));
        try
        {
            return Take(outbox);
        }
        finally
        {
            Interlocked.Decrement(ref _inDrain);
            Check();
        }
    }

    /// <summary>Gives it more to take and tells the outbox.</summary>
    public void Allow(int bytes, Outbox outbox)
    {
        lock (_gate)
        {
            Allowance = bytes;
        }

        outbox.Resume();
    }

    public Task When(Func<RecordingWire, bool> condition)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waits.Add((condition, met));
        }

        Check();
        return met.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private DrainResult Take(IOutboxReader outbox)
    {
        var scratch = new byte[ScratchSize];
        lock (_gate)
        {
            Drains++;
            if (IsGone)
            {
                return DrainResult.Gone;
            }

            while (true)
            {
                var length = Math.Min(Allowance, outbox.CopyTo(scratch));
                BetweenCopyAndAdvance?.Invoke();
                _bytes.AddRange(scratch[..length]);
                Allowance -= length;
                outbox.Advance(length);
                if (outbox.IsEmpty)
                {
                    SawCompletion |= outbox.IsCompleted;
                    return DrainResult.Taken;
                }

                if (Allowance == 0)
                {
                    return DrainResult.PartlyTaken;
                }
            }
        }
    }

    private void Check()
    {
        lock (_gate)
        {
            foreach (var (condition, met) in _waits)
            {
                if (condition(this))
                {
                    met.TrySetResult();
                }
            }
        }
    }
}
