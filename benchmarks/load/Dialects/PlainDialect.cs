namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>The plain JSON wire: one object per message, told apart by its first key, <c>type</c>.</summary>
internal class PlainDialect : WebSocketDialect
{
    public override string Name => "plain";

    public override Wire Wire => Wire.Plain;

    public override string RequestTarget => "/ws";

    public override RecordKind Classify(ReadOnlySpan<byte> record)
    {
        if (record.StartsWith("{\"type\":\"message\","u8))
        {
            return RecordKind.Delivery;
        }
        if (record.StartsWith("{\"type\":\"ack\","u8) || record.StartsWith("{\"type\":\"joined\","u8))
        {
            return RecordKind.Ack;
        }
        return record.StartsWith("{\"type\":\"connected\""u8) ? RecordKind.Connected : RecordKind.Failure;
    }

    public override long ReadAckId(ReadOnlySpan<byte> record) => ReadNumber(record, "\"ref\":"u8);

    public override string? Join(string room) => $"{{\"type\":\"join\",\"room\":\"{room}\",\"ref\":{JoinAckId}}}";

    public override EventTemplate Message(string room, SequencedContent content) => EventTemplate.Framed(Text(room, content), content);

    public override EventTemplate? Echo(SequencedContent content) =>
        EventTemplate.Framed($"{{\"type\":\"echo\",\"args\":[\"{content.Text}\"],\"ref\":{EventTemplate.FirstAckId}}}", content);

    protected static string Text(string room, SequencedContent content) =>
        $"{{\"type\":\"message\",\"roomId\":\"{room}\",\"content\":\"{content.Text}\"}}";
}
