namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>SignalR's JSON protocol without negotiation.</summary>
internal sealed class SignalRDialect : WebSocketDialect
{
    private const string End = "\u001e";

    public override string Name => "signalr";

    public override Wire Wire => Wire.SocketIO;

    public override string RequestTarget => "/hub";

    public override byte? Separator => (byte)End[0];

    public override string Greeting => "{\"protocol\":\"json\",\"version\":1}" + End;

    public override string PingAnswer => "{\"type\":6}" + End;

    /// <summary>As the official clients do; the server gives up on a client that is silent for 30 s.</summary>
    public override TimeSpan? KeepAliveInterval => TimeSpan.FromSeconds(15);

    public override RecordKind Classify(ReadOnlySpan<byte> record)
    {
        if (record.StartsWith("{\"type\":"u8) && record.Length > 9)
        {
            return record[8] switch
            {
                (byte)'1' => RecordKind.Delivery,
                (byte)'3' when record.IndexOf("\"error\":"u8) < 0 => RecordKind.Ack,
                (byte)'6' => RecordKind.Ping,
                _ => RecordKind.Failure,
            };
        }
        return record.SequenceEqual("{}"u8) ? RecordKind.Connected : RecordKind.Failure;
    }

    public override long ReadAckId(ReadOnlySpan<byte> record) => ReadNumber(record, "\"invocationId\":\""u8);

    public override string Join(string room) => Invocation(JoinAckId, "Join", $"\"{room}\"");

    public override EventTemplate Message(string room, SequencedContent content) =>
        EventTemplate.Framed(Invocation(null, "Message", $"{{\"roomId\":\"{room}\",\"content\":\"{content.Text}\"}}"), content);

    public override EventTemplate Echo(SequencedContent content) =>
        EventTemplate.Framed(Invocation(EventTemplate.FirstAckId, "Echo", $"\"{content.Text}\""), content);

    private static string Invocation(long? id, string target, string argument) =>
        $"{{\"type\":1,{(id is null ? "" : $"\"invocationId\":\"{id}\",")}\"target\":\"{target}\",\"arguments\":[{argument}]}}{End}";
}
