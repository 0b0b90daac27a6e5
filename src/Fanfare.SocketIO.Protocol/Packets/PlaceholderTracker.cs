using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol;

/// <summary>Watches the tokens of a binary packet's payload and notes its placeholders.</summary>
/// <remarks>
/// Socket.IO v5, "Packet encoding". An object whose <c>_placeholder</c> is <c>true</c> must be a placeholder and nothing more: that key and
/// <c>num</c>, in any order. Node's parser looks at nothing else in such an object, so one that is more would be read differently there.
/// </remarks>
internal struct PlaceholderTracker(int expected)
{
    private const int LongestEscapedKey = 6 * 12;

    private readonly bool[] _isUsed = new bool[expected];
    private readonly (int Start, int End)[] _spans = new (int, int)[expected];
    private int _depth;
    private int _start;
    private int _keys;
    private bool _isMarked;
    private int _number = -1;
    private Property _property;

    private enum Property : byte
    {
        Other,
        Mark,
        Number,
    }

    /// <summary>Which attachment stands at each place.</summary>
    public int[] Numbers { get; } = new int[expected];

    public int Found { get; private set; }

    /// <summary>Takes the scanner's token; false when it shows that the placeholders are not right.</summary>
    public bool Observe(ref JsonScanner scanner)
    {
        switch (scanner.Token)
        {
            case JsonToken.StartObject or JsonToken.StartArray:
                return Open(ref scanner);
            case JsonToken.EndObject:
                return _depth != scanner.Depth + 1 || Close(scanner.TokenEnd);
            case JsonToken.EndArray:
                return true;
            case JsonToken.Key:
                _keys++;
                _property = Classify(ref scanner);
                return true;
            default:
                return Value(ref scanner);
        }
    }

    /// <summary>Copies <paramref name="content"/> with <c>null</c> where placeholders stand; the offsets of those go to <paramref name="places"/>.</summary>
    /// <param name="content">The part of the scanned text that is kept.</param>
    /// <param name="contentStart">Where in the scanned text it begins.</param>
    /// <param name="places">One item a placeholder.</param>
    public readonly byte[] Replace(ReadOnlySpan<byte> content, int contentStart, int[] places)
    {
        var marker = "null"u8;
        var length = content.Length;
        foreach (var (start, end) in _spans)
        {
            length += marker.Length - (end - start);
        }

        var payload = new byte[length];
        var (read, written) = (0, 0);
        for (var i = 0; i < _spans.Length; i++)
        {
            var between = content[read..(_spans[i].Start - contentStart)];
            between.CopyTo(payload.AsSpan(written));
            written += between.Length;
            places[i] = written;
            marker.CopyTo(payload.AsSpan(written));
            written += marker.Length;
            read = _spans[i].End - contentStart;
        }

        content[read..].CopyTo(payload.AsSpan(written));
        return payload;
    }

    private static Property Classify(ref JsonScanner scanner)
    {
        var key = scanner.RawText;
        if (!scanner.IsEscaped)
        {
            return Classify(key);
        }

        if (key.Length > LongestEscapedKey)
        {
            return Property.Other;
        }

        Span<byte> unescaped = stackalloc byte[LongestEscapedKey];
        return Classify(unescaped[..JsonText.Unescape(key, unescaped)]);
    }

    private static Property Classify(ReadOnlySpan<byte> key) =>
        key.SequenceEqual("_placeholder"u8) ? Property.Mark : key.SequenceEqual("num"u8) ? Property.Number : Property.Other;

    private bool Open(ref JsonScanner scanner)
    {
        if (_isMarked)
        {
            return false;
        }

        // Only an object without arrays and objects inside can be a placeholder, so none but the innermost needs watching.
        _depth = scanner.Token == JsonToken.StartObject ? scanner.Depth : 0;
        _start = scanner.TokenStart;
        _keys = 0;
        _number = -1;
        _property = Property.Other;
        return true;
    }

    private bool Value(ref JsonScanner scanner)
    {
        var property = _property;
        _property = Property.Other;
        if (property == Property.Mark && scanner.Token == JsonToken.True)
        {
            _isMarked = true;
            return _depth == scanner.Depth;
        }

        if (property == Property.Number)
        {
            _number = ReadNumber(ref scanner);
        }

        return true;
    }

    private readonly int ReadNumber(ref JsonScanner scanner)
    {
        if (scanner.Token != JsonToken.Number)
        {
            return -1;
        }

        var number = 0;
        foreach (var digit in scanner.TokenText)
        {
            number = (number * 10) + digit - '0';
            if (!char.IsAsciiDigit((char)digit) || number >= _spans.Length)
            {
                return -1;
            }
        }

        return number;
    }

    private bool Close(int end)
    {
        _depth = 0;
        if (!_isMarked)
        {
            return true;
        }

        _isMarked = false;
        if (_keys != 2 || _number < 0 || _isUsed[_number])
        {
            return false;
        }

        _isUsed[_number] = true;
        _spans[Found] = (_start, end);
        Numbers[Found] = _number;
        Found++;
        return true;
    }
}
