namespace Fanfare.Core.Concurrency.Tests.Stages;

/// <summary>What the wires of one outbox took.</summary>
internal sealed class WireLog(Stage stage)
{
    private bool _isDraining;

    public List<string> Frames { get; } = [];

    /// <summary>Which wire took each frame.</summary>
    public List<int> Wires { get; } = [];

    /// <summary>How often a wire saw that nothing comes any more.</summary>
    public int Ends { get; set; }

    public void Begin()
    {
        if (_isDraining)
        {
            stage.Note("two drains at once");
        }

        _isDraining = true;
    }

    /// <summary>Ends a drain; what is left is asked for again later.</summary>
    public DrainResult End(IOutboxReader outbox)
    {
        _isDraining = false;
        if (outbox.IsEmpty)
        {
            return DrainResult.Taken;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static outbox => outbox.Resume(), outbox, preferLocal: false);
        return DrainResult.PartlyTaken;
    }
}
