using System.Buffers;
using BenchmarkDotNet.Attributes;
using Fanfare.SocketIO.Protocol;

namespace Fanfare.Benchmarks.Micro;

/// <summary>The bytes of a Socket.IO packet, into a buffer that is used again; with its arguments as JSON, and from an object.</summary>
[MemoryDiagnoser]
public class PacketEncoding
{
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private ChatMessage _message = new("room", "");
    private Arguments _arguments = Arguments.Empty;

    [Params(64, 1024)]
    public int ContentBytes { get; set; }

    [GlobalSetup]
    public void WriteArguments()
    {
        _message = new ChatMessage("room", new string('x', ContentBytes));
        _arguments = Arguments.Of(_message);
    }

    [Benchmark(Baseline = true)]
    public int Event() => Write(_arguments);

    [Benchmark]
    public int Event_from_an_object() => Write(Arguments.Of(_message));

    [Benchmark]
    public int Ack()
    {
        _output.ResetWrittenCount();
        PacketEncoder.WriteAck(_output, "/", 7, _arguments.Json.Span);
        return _output.WrittenCount;
    }

    private int Write(Arguments arguments)
    {
        _output.ResetWrittenCount();
        PacketEncoder.WriteEvent(_output, "/", null, "message", arguments.Json.Span);
        return _output.WrittenCount;
    }
}
