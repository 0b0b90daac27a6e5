namespace Fanfare;

/// <summary>What a wire answers when an outbox is drained into it.</summary>
public enum DrainResult
{
    /// <summary>The wire took what waited. What has come meanwhile, or was left for fairness, gets another turn.</summary>
    Taken,

    /// <summary>The wire can take no more now, and will call <see cref="IOutboxReader.Resume"/> when it can.</summary>
    PartlyTaken,

    /// <summary>The wire is dead and is not asked again.</summary>
    Gone,
}
