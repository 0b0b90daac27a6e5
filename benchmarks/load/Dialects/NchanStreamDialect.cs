namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>nchan's event streams: they start with a comment, and data and name of an event are the publisher's.</summary>
internal sealed class NchanStreamDialect : EventStreamDialect
{
    public override string Name => "nchan-events";

    public override RecordKind Classify(ReadOnlySpan<byte> record) =>
        record.SequenceEqual(": hi"u8) ? RecordKind.Connected : base.Classify(record);

    public override EventTemplate Message(string room, SequencedContent content) =>
        EventTemplate.Posted("/pub", $"{{\"content\":\"{content.Text}\"}}", content, "X-EventSource-Event: update\r\n");
}
