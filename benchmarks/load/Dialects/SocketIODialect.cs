namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>Socket.IO v5 on Engine.IO v4, WebSocket only.</summary>
internal sealed class SocketIODialect : WebSocketDialect
{
    public override string Name => "socketio";

    public override Wire Wire => Wire.SocketIO;

    public override string RequestTarget => "/socket.io/?EIO=4&transport=websocket";

    public override string ConnectRequest => "40";

    public override string PingAnswer => "3";

    public override RecordKind Classify(ReadOnlySpan<byte> record)
    {
        if (record.Length >= 2 && record[0] == '4')
        {
            return record[1] switch
            {
                (byte)'2' => RecordKind.Delivery,
                (byte)'3' => RecordKind.Ack,
                (byte)'0' => RecordKind.Connected,
                _ => RecordKind.Failure,
            };
        }
        return record switch
        {
            [(byte)'2'] => RecordKind.Ping,
            [(byte)'0', ..] => RecordKind.Open,
            _ => RecordKind.Failure,
        };
    }

    public override long ReadAckId(ReadOnlySpan<byte> record) => ReadNumber(record[2..], default);

    public override string Join(string room) => $"42{JoinAckId}[\"join\",\"{room}\"]";

    public override EventTemplate Message(string room, SequencedContent content) =>
        EventTemplate.Framed($"42[\"message\",{{\"roomId\":\"{room}\",\"content\":\"{content.Text}\"}}]", content);

    public override EventTemplate Echo(SequencedContent content) =>
        EventTemplate.Framed($"42{EventTemplate.FirstAckId}[\"echo\",\"{content.Text}\"]", content);
}
