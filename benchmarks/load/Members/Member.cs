using System.Text;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Members;

/// <summary>One connection that gets itself into a room, answers heartbeats, and passes on what it receives.</summary>
internal sealed class Member(Poller poller, Dialect dialect, string room, string label, int index, Action joined) : WebSocketClient(poller)
{
    private bool _isJoined;

    public IMemberHandler Handler { get; set; } = SilentHandler.Instance;

    public void Connect(int port) => Connect(port, dialect.RequestTarget);

    public void SendKeepAlive() => SendText(dialect.PingAnswer);

    protected override void OnUpgraded()
    {
        if (dialect.Greeting is { } greeting)
        {
            SendText(greeting);
        }
    }

    protected override void OnMessage(ReadOnlySpan<byte> message)
    {
        if (dialect.Separator is not { } separator)
        {
            OnRecord(message);
            return;
        }
        while (!message.IsEmpty)
        {
            int end = message.IndexOf(separator);
            if (end < 0)
            {
                throw new InvalidDataException($"{Describe()}: a record is not ended: {Excerpt(message)}");
            }
            OnRecord(message[..end]);
            message = message[(end + 1)..];
        }
    }

    protected override string Describe() => $"{label}, member {index}";

    private void OnRecord(ReadOnlySpan<byte> record)
    {
        switch (dialect.Classify(record))
        {
            case RecordKind.Delivery:
                Handler.OnDelivery(index, record);
                break;
            case RecordKind.Ack when _isJoined:
                Handler.OnAck(index, dialect.ReadAckId(record), record);
                break;
            case RecordKind.Ack when dialect.ReadAckId(record) == Dialect.JoinAckId:
                _isJoined = true;
                joined();
                break;
            case RecordKind.Ping:
                SendText(dialect.PingAnswer);
                break;
            case RecordKind.Open:
                SendText(dialect.ConnectRequest!);
                break;
            case RecordKind.Connected:
                SendText(dialect.Join(room));
                break;
            default:
                throw new InvalidDataException($"{Describe()}: unexpected message: {Excerpt(record)}");
        }
    }

    private void SendText(string text) => Send(new ClientFrame(Encoding.UTF8.GetBytes(text)).Bytes);

    private static string Excerpt(ReadOnlySpan<byte> record) => Encoding.UTF8.GetString(record[..Math.Min(record.Length, 200)]);
}
