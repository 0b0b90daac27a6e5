using System.Text;
using BenchmarkDotNet.Attributes;
using Fanfare.SocketIO.Protocol;

namespace Fanfare.Benchmarks.Micro;

/// <summary>A Socket.IO packet from the bytes of a message.</summary>
[MemoryDiagnoser]
public class PacketDecoding
{
    private readonly IPacketDecoder _decoder = new JsonPacketCodec().CreateDecoder();
    private readonly byte[] _binaryEvent = "51-[\"message\",{\"roomId\":\"room\",\"content\":{\"_placeholder\":true,\"num\":0}}]"u8.ToArray();
    private readonly byte[] _ack = "37[{\"ok\":true}]"u8.ToArray();
    private byte[] _event = [];
    private byte[] _attachment = [];

    [Params(64, 1024)]
    public int ContentBytes { get; set; }

    [GlobalSetup]
    public void WriteEvent()
    {
        _event = Encoding.ASCII.GetBytes($"27[\"message\",{{\"roomId\":\"room\",\"content\":\"{new string('x', ContentBytes)}\"}}]");
        _attachment = new byte[ContentBytes];
    }

    [Benchmark(Baseline = true)]
    public Packet Event_that_wants_an_ack() => Complete(_decoder.Decode(_event, out Packet packet), packet);

    [Benchmark]
    public Packet Ack() => Complete(_decoder.Decode(_ack, out Packet packet), packet);

    [Benchmark]
    public Packet Event_with_an_attachment()
    {
        _decoder.Decode(_binaryEvent, out _);
        return Complete(_decoder.DecodeBinary(_attachment, out Packet packet), packet);
    }

    private static Packet Complete(DecodeStatus status, Packet packet) =>
        status == DecodeStatus.Complete ? packet : throw new InvalidOperationException($"The packet is not read: {status}.");
}
