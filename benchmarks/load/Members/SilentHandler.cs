using System.Text;

namespace Fanfare.Benchmarks.Load.Members;

/// <summary>Stands where nothing is expected: whatever arrives is an error.</summary>
internal sealed class SilentHandler : IMemberHandler
{
    public static SilentHandler Instance { get; } = new();

    public void OnDelivery(int member, ReadOnlySpan<byte> record) => throw Unexpected(member, record);

    public void OnAck(int member, long ackId, ReadOnlySpan<byte> record) => throw Unexpected(member, record);

    private static InvalidDataException Unexpected(int member, ReadOnlySpan<byte> record) =>
        new($"Member {member} got what nobody sent: {Encoding.UTF8.GetString(record[..Math.Min(record.Length, 120)])}");
}
