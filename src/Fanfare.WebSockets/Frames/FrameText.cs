using System.Buffers;
using System.Globalization;
using Fanfare.AspNetCore;
using Fanfare.Json;

namespace Fanfare.WebSockets;

/// <summary>Writes one JSON object member by member and makes it a text frame. One per thread, used again and again.</summary>
internal sealed class FrameText
{
    private const int MaxKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static FrameText? _current;

    private readonly ArrayBufferWriter<byte> _output = new(512);

    /// <summary>Begins a frame of a type.</summary>
    public static FrameText Begin(string type)
    {
        var text = _current ??= new FrameText();
        text._output.ResetWrittenCount();
        text._output.Write("{\"type\":"u8);
        WireJson.WriteString(text._output, type);
        return text;
    }

    public FrameText Text(ReadOnlySpan<byte> name, string value)
    {
        Name(name);
        WireJson.WriteString(_output, value);
        return this;
    }

    public FrameText Number(ReadOnlySpan<byte> name, long value)
    {
        Name(name);
        value.TryFormat(_output.GetSpan(20), out var written, provider: CultureInfo.InvariantCulture);
        _output.Advance(written);
        return this;
    }

    public FrameText Bool(ReadOnlySpan<byte> name, bool value) => Raw(name, value ? "true"u8 : "false"u8);

    /// <summary>Adds a member whose value is JSON already.</summary>
    public FrameText Raw(ReadOnlySpan<byte> name, ReadOnlySpan<byte> json)
    {
        Name(name);
        _output.Write(json);
        return this;
    }

    /// <summary>Adds what the client called its request, if it did.</summary>
    public FrameText Ref(ReadOnlySpan<byte> reference) => reference.IsEmpty ? this : Raw("ref"u8, reference);

    /// <summary>Adds whole members, as they stand in an object.</summary>
    public FrameText Members(ReadOnlySpan<byte> json)
    {
        if (!json.IsEmpty)
        {
            _output.Write(","u8);
            _output.Write(json);
        }

        return this;
    }

    /// <summary>Adds arguments as an array.</summary>
    public FrameText Array(ReadOnlySpan<byte> name, Arguments arguments)
    {
        Name(name);
        _output.Write("["u8);
        arguments.WriteText(_output);
        _output.Write("]"u8);
        return this;
    }

    /// <summary>Adds arguments as the data of an ack: one as it is, several as an array.</summary>
    public FrameText Data(Arguments arguments)
    {
        if (arguments.Count != 1)
        {
            return Array("data"u8, arguments);
        }

        Name("data"u8);
        arguments.WriteText(_output);
        return this;
    }

    /// <summary>Ends the object.</summary>
    public OutboundFrame End()
    {
        _output.Write("}"u8);
        var frame = new OutboundFrame(ServerFrame.Text(_output.WrittenSpan));
        if (_output.Capacity > MaxKeptBytes)
        {
            _current = null;
        }

        return frame;
    }

    private void Name(ReadOnlySpan<byte> name)
    {
        _output.Write(",\""u8);
        _output.Write(name);
        _output.Write("\":"u8);
    }
}
