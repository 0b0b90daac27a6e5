using System.Text;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Members;

/// <summary>A member with a WebSocket; it answers heartbeats.</summary>
internal sealed class WebSocketMember(Poller poller, WebSocketDialect dialect, string room, string label, int index, Action joined)
    : WebSocketClient(poller), IMember
{
    private bool _isJoined;

    public IMemberHandler Handler { get; set; } = SilentHandler.Instance;

    public void Connect(int port) => Connect(port, dialect.RequestTarget);

    public void SendKeepAlive() => SendText(dialect.PingAnswer!);

    protected override void OnUpgraded()
    {
        if (dialect.Greeting is { } greeting)
        {
            SendText(greeting);
        }
        if (dialect.Join(room) is null)
        {
            OnJoined();
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
            case RecordKind.Ack when dialect.ReadAckId(record) == WebSocketDialect.JoinAckId:
                OnJoined();
                break;
            case RecordKind.Ping when dialect.PingAnswer is { } answer:
                SendText(answer);
                break;
            case RecordKind.Open when dialect.ConnectRequest is { } request:
                SendText(request);
                break;
            case RecordKind.Connected when dialect.Join(room) is { } join:
                SendText(join);
                break;
            default:
                throw new InvalidDataException($"{Describe()}: unexpected message: {Excerpt(record)}");
        }
    }

    private void OnJoined()
    {
        _isJoined = true;
        joined();
    }

    private void SendText(string text) => Send(new ClientFrame(Encoding.UTF8.GetBytes(text)).Bytes);

    private static string Excerpt(ReadOnlySpan<byte> record) => Encoding.UTF8.GetString(record[..Math.Min(record.Length, 200)]);
}
