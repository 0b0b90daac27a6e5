namespace Fanfare;

/// <summary>What came back for a broadcast that wanted acks.</summary>
/// <param name="Responses">The arguments of each ack that arrived, in the order they came.</param>
/// <param name="TimedOut">Whether not all arrived in time.</param>
public sealed record BroadcastAcks(IReadOnlyList<Arguments> Responses, bool TimedOut)
{
    /// <summary>The text that clients and servers of Socket.IO use when an ack does not come in time.</summary>
    public const string TimeoutMessage = "operation has timed out";
}
