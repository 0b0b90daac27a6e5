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
    public ArgumentsWriter Splice(Arguments arguments) => Splice(arguments, 0, arguments.Json.Length);

    /// <summary>The member of that name of the first argument, or <c>null</c>.</summary>
    public ArgumentsWriter Member(Arguments arguments, string name)
    {
        var reader = new Utf8JsonReader(arguments.JsonAt(0).Span);
        var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMember = reader.ValueTextEquals(name);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isMember)
            {
                return Splice(arguments.Slice(0, 1), start, (int)reader.BytesConsumed - start);
            }
        }

        return Raw("null"u8);
    }

    /// <summary>The first of the arguments, or <c>null</c>.</summary>
    public ArgumentsWriter First(Arguments arguments) => arguments.Count == 0 ? Raw("null"u8) : Splice(arguments.Slice(0, 1));

    private ArgumentsWriter Splice(Arguments arguments, int start, int length)
    {
        for (var i = 0; i < arguments.Places.Length; i++)
        {
            if (arguments.Places[i] >= start && arguments.Places[i] < start + length)
            {
                _places.Add(_json.Count + arguments.Places[i] - start);
                _attachments.Add(arguments.Attachments[i]);
            }
        }

        return Raw(arguments.Json.Span.Slice(start, length));
    }

    public Arguments Done() => new(_json.ToArray(), [.. _places], [.. _attachments]);
}
