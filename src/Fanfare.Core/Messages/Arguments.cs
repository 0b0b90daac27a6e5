using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Fanfare;

/// <summary>The arguments of an event or ack as the JSON bytes they arrived in, so that passing them on never decodes them. Immutable; safe to share.</summary>
/// <remarks>
/// <see cref="Json"/> is the content of a JSON array without its brackets. Binary is out of band: where a binary value stands, the
/// JSON holds <c>null</c>, <see cref="Places"/> its offset and <see cref="Attachments"/> its bytes. So nothing a user can write looks like binary.
/// </remarks>
public sealed class Arguments
{
    private readonly int[] _places;
    private readonly ReadOnlyMemory<byte>[] _attachments;
    private readonly MessageSerializer? _serializer;
    private Range[]? _items;

    /// <summary>Wraps bytes that were checked to be well-formed.</summary>
    /// <param name="json">The content of a JSON array, without brackets, valid and at most as deep as the limits allow.</param>
    /// <param name="places">Offsets in <paramref name="json"/> of the <c>null</c>s that stand for binary, rising.</param>
    /// <param name="attachments">One binary value a place.</param>
    /// <param name="serializer">What reads them; by default <see cref="MessageSerializer.Default"/>.</param>
    public Arguments(ReadOnlyMemory<byte> json, int[]? places = null, ReadOnlyMemory<byte>[]? attachments = null, MessageSerializer? serializer = null)
    {
        Json = json;
        _places = places ?? [];
        _attachments = attachments ?? [];
        _serializer = serializer;
        if (_places.Length != _attachments.Length)
        {
            throw new ArgumentException("Each place needs its attachment.", nameof(attachments));
        }
    }

    /// <summary>No arguments.</summary>
    public static Arguments Empty { get; } = new(default);

    /// <summary>The content of the JSON array, without brackets.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Offsets in <see cref="Json"/> where binary stands, rising.</summary>
    public ReadOnlySpan<int> Places => _places;

    /// <summary>The binary values, in the order of their places.</summary>
    public ReadOnlySpan<ReadOnlyMemory<byte>> Attachments => _attachments;

    /// <summary>Whether any binary is inside.</summary>
    public bool HasBinary => _attachments.Length > 0;

    /// <summary>How many arguments there are.</summary>
    public int Count => Items.Length;

    private Range[] Items => _items ??= Split(Json.Span);

    /// <summary>Writes one argument with the default serializer.</summary>
    public static Arguments Of<T>(T value) => MessageSerializer.Default.Write(value);

    /// <summary>Writes two arguments with the default serializer.</summary>
    public static Arguments Of<T1, T2>(T1 first, T2 second) => MessageSerializer.Default.Write(first, second);

    /// <summary>Writes three arguments with the default serializer.</summary>
    public static Arguments Of<T1, T2, T3>(T1 first, T2 second, T3 third) => MessageSerializer.Default.Write(first, second, third);

    /// <summary>Reads the argument at <paramref name="index"/>; one that is missing gives <see langword="default"/>.</summary>
    /// <exception cref="JsonException">It does not fit <typeparamref name="T"/>.</exception>
    public T? Get<T>(int index)
    {
        if (index >= Count)
        {
            return default;
        }

        var (offset, length) = Items[index].GetOffsetAndLength(Json.Length);
        var scope = BinaryScope.Current;
        scope.BeginReading(_places, _attachments, offset);
        try
        {
            return (_serializer ?? MessageSerializer.Default).Read<T>(Json.Span.Slice(offset, length));
        }
        finally
        {
            scope.EndReading();
        }
    }

    /// <summary>The JSON of the argument at <paramref name="index"/>, byte for byte; empty when missing.</summary>
    public ReadOnlyMemory<byte> JsonAt(int index) => index < Count ? Json[Items[index]] : default;

    /// <summary>The argument at <paramref name="index"/> as a JSON element, binary as <c>null</c>; an undefined element when missing.</summary>
    public JsonElement Element(int index) => index < Count ? JsonElement.Parse(JsonAt(index).Span) : default;

    /// <summary>What kind of value the argument at <paramref name="index"/> is; binary is <see cref="JsonValueKind.Null"/>, a missing one <see cref="JsonValueKind.Undefined"/>.</summary>
    public JsonValueKind Kind(int index)
    {
        var json = JsonAt(index).Span;
        return json.IsEmpty
            ? JsonValueKind.Undefined
            : json[0] switch
            {
                (byte)'{' => JsonValueKind.Object,
                (byte)'[' => JsonValueKind.Array,
                (byte)'"' => JsonValueKind.String,
                (byte)'t' => JsonValueKind.True,
                (byte)'f' => JsonValueKind.False,
                (byte)'n' => JsonValueKind.Null,
                _ => JsonValueKind.Number,
            };
    }

    /// <summary>The text at <paramref name="index"/>; false when it is missing or no text.</summary>
    public bool TryGetText(int index, out string text)
    {
        var isText = Kind(index) == JsonValueKind.String;
        text = isText ? Element(index).GetString()! : string.Empty;
        return isText;
    }

    /// <summary>The binary value at <paramref name="index"/>; false when the argument is missing or not binary.</summary>
    public bool TryGetBinary(int index, out ReadOnlyMemory<byte> value)
    {
        if (index < Count)
        {
            var place = Array.BinarySearch(_places, Items[index].Start.Value);
            value = place >= 0 ? _attachments[place] : default;
            return place >= 0;
        }

        value = default;
        return false;
    }

    /// <summary>The arguments from <paramref name="start"/> on.</summary>
    public Arguments Slice(int start) => Slice(start, Math.Max(0, Count - start));

    /// <summary>At most <paramref name="count"/> arguments from <paramref name="start"/> on.</summary>
    public Arguments Slice(int start, int count)
    {
        var end = Math.Min(Count, start + count);
        return start >= end ? Empty : Cut(Items[start].Start.Value, Items[end - 1].End.Value);
    }

    /// <summary>The items of the array at <paramref name="index"/> as arguments; none when it is missing or no array.</summary>
    public Arguments Elements(int index)
    {
        if (Kind(index) != JsonValueKind.Array)
        {
            return Empty;
        }

        var (offset, length) = Items[index].GetOffsetAndLength(Json.Length);
        var inner = Json.Span.Slice(offset + 1, length - 2);
        var start = inner.Length - inner.TrimStart(Whitespace).Length;
        var end = inner.TrimEnd(Whitespace).Length;
        return start >= end ? Empty : Cut(offset + 1 + start, offset + 1 + end);
    }

    /// <summary>Writes the content of the JSON array, without brackets, for wires without binary: what is binary becomes a string of base64 with padding.</summary>
    public void WriteText(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var json = Json.Span;
        var read = 0;
        for (var i = 0; i < _places.Length; i++)
        {
            output.Write(json[read.._places[i]]);
            var data = _attachments[i].Span;
            var text = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(data.Length) + 2);
            text[0] = (byte)'"';
            Base64.EncodeToUtf8(data, text[1..], out _, out var written);
            text[written + 1] = (byte)'"';
            output.Advance(written + 2);
            read = _places[i] + "null".Length;
        }

        output.Write(json[read..]);
    }

    private static ReadOnlySpan<byte> Whitespace => " \t\r\n"u8;

    private Arguments Cut(int start, int end)
    {
        var first = 0;
        while (first < _places.Length && _places[first] < start)
        {
            first++;
        }

        var last = first;
        while (last < _places.Length && _places[last] < end)
        {
            last++;
        }

        if (first == last)
        {
            return new Arguments(Json[start..end], serializer: _serializer);
        }

        var places = new int[last - first];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = _places[first + i] - start;
        }

        return new Arguments(Json[start..end], places, _attachments[first..last], _serializer);
    }

    /// <summary>Finds the arguments in well-formed content: commas outside of strings and brackets part them.</summary>
    private static Range[] Split(ReadOnlySpan<byte> json)
    {
        if (json.Trim(Whitespace).IsEmpty)
        {
            return [];
        }

        var items = new List<Range>(4);
        var depth = 0;
        var start = 0;
        for (var i = 0; i < json.Length; i++)
        {
            switch (json[i])
            {
                case (byte)'"':
                    i = EndOfString(json, i);
                    break;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                case (byte)'}' or (byte)']':
                    depth--;
                    break;
                case (byte)',' when depth == 0:
                    items.Add(Trimmed(json, start, i));
                    start = i + 1;
                    break;
            }
        }

        items.Add(Trimmed(json, start, json.Length));
        return [.. items];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int EndOfString(ReadOnlySpan<byte> json, int quote)
    {
        var i = quote + 1;
        while (true)
        {
            i += json[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (json[i] == '"')
            {
                return i;
            }

            i += 2;
        }
    }

    private static Range Trimmed(ReadOnlySpan<byte> json, int start, int end)
    {
        var item = json[start..end];
        var lead = item.Length - item.TrimStart(Whitespace).Length;
        return new Range(start + lead, start + lead + item.Trim(Whitespace).Length);
    }
}
