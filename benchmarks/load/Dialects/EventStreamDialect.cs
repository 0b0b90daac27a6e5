namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>
/// An event stream that starts with an event <c>connected</c> and has what is posted as events <c>update</c>. A record is what
/// stands between two empty lines.
/// </summary>
internal class EventStreamDialect : Dialect
{
    public override string Name => "events";

    public override Wire Wire => Wire.Events;

    public override string RequestTarget => "/events";

    public override bool PublishesByPost => true;

    public override RecordKind Classify(ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> name = "event: "u8;
        for (ReadOnlySpan<byte> rest = record; !rest.IsEmpty;)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? rest : rest[..end];
            if (line.StartsWith(name))
            {
                ReadOnlySpan<byte> value = line[name.Length..];
                return value.SequenceEqual("update"u8) ? RecordKind.Delivery
                    : value.SequenceEqual("connected"u8) ? RecordKind.Connected
                    : RecordKind.Failure;
            }
            if (line.StartsWith("data"u8))
            {
                return RecordKind.Failure;
            }
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return RecordKind.Idle;
    }

    public override EventTemplate Message(string room, SequencedContent content) => EventTemplate.Posted("/pub", content.Text, content);
}
