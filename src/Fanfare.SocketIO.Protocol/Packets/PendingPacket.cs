namespace Fanfare.SocketIO.Protocol;

/// <summary>A packet whose attachments have not all arrived.</summary>
/// <param name="packet">The packet without attachments.</param>
/// <param name="numbers">Which attachment stands at each place.</param>
internal sealed class PendingPacket(in Packet packet, int[] numbers)
{
    private readonly Packet _packet = packet;
    private readonly ReadOnlyMemory<byte>[] _received = new ReadOnlyMemory<byte>[numbers.Length];
    private int _count;

    /// <summary>Bytes of the payload and of what has arrived.</summary>
    public long Bytes { get; private set; } = packet.Payload.Length;

    /// <summary>Keeps a copy of <paramref name="data"/>; true when it was the last one.</summary>
    public bool Add(ReadOnlySpan<byte> data)
    {
        _received[_count++] = data.ToArray();
        Bytes += data.Length;
        return _count == _received.Length;
    }

    /// <summary>The whole packet, its attachments in the order of their places.</summary>
    public Packet Complete()
    {
        var attachments = new ReadOnlyMemory<byte>[numbers.Length];
        for (var i = 0; i < attachments.Length; i++)
        {
            attachments[i] = _received[numbers[i]];
        }

        return _packet with { Attachments = attachments };
    }
}
