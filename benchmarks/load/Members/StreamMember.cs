using System.Text;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Members;

/// <summary>A member that reads an event stream.</summary>
internal sealed class StreamMember(Poller poller, EventStreamDialect dialect, string label, int index, Action joined)
    : EventStreamClient(poller), IMember
{
    private bool _isJoined;

    public IMemberHandler Handler { get; set; } = SilentHandler.Instance;

    public void Connect(int port) => Connect(port, dialect.RequestTarget);

    protected override void OnBlock(ReadOnlySpan<byte> block)
    {
        switch (dialect.Classify(block))
        {
            case RecordKind.Delivery:
                Handler.OnDelivery(index, block);
                break;
            case RecordKind.Connected when !_isJoined:
                _isJoined = true;
                joined();
                break;
            case RecordKind.Idle:
                break;
            default:
                throw new InvalidDataException($"{Describe()}: unexpected event: {Encoding.UTF8.GetString(block[..Math.Min(block.Length, 200)])}");
        }
    }

    protected override string Describe() => $"{label}, member {index}";
}
