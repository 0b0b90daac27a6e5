using System.Text.Json;
using Fanfare;

namespace ConformanceHost.Values;

/// <summary>Writes arguments around arguments that came from clients, which stay as they are, binary included.</summary>
internal sealed class ArgumentsWriter
{
    private readonly List<byte> _json = [];
    private readonly List<int> _places = [];
    private readonly List<ReadOnlyMemory<byte>> _attachments = [];

    /// <summary>JSON as it stands: brackets, commas, keys.</summary>
    public ArgumentsWriter Raw(ReadOnlySpan<byte> json)
    {
        _json.AddRange(json);
        return this;
    }

    public ArgumentsWriter Value<T>(T value) => Raw(JsonSerializer.SerializeToUtf8Bytes(value, MessageSerializer.Default.Options));

    /// <summary>The arguments, parted by commas as they came.</summary>
    public ArgumentsWriter Splice(Arguments arguments)
    {
        foreach (var place in arguments.Places)
        {
            _places.Add(_json.Count + place);
        }

        foreach (var attachment in arguments.Attachments)
        {
            _attachments.Add(attachment);
        }

        return Raw(arguments.Json.Span);
    }

    /// <summary>The first of the arguments, or <c>null</c>.</summary>
    public ArgumentsWriter First(Arguments arguments) => arguments.Count == 0 ? Raw("null"u8) : Splice(arguments.Slice(0, 1));

    public Arguments Done() => new(_json.ToArray(), [.. _places], [.. _attachments]);
}
