namespace Fanfare.Benchmarks.Load.Members;

/// <summary>Hears what the members of a room receive. Spans are valid only within the call.</summary>
internal interface IMemberHandler
{
    void OnDelivery(int member, ReadOnlySpan<byte> record);

    void OnAck(int member, long ackId, ReadOnlySpan<byte> record);
}
