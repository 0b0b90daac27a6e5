using System.Runtime.CompilerServices;

namespace Fanfare.Json;

/// <summary>
/// Reads a JSON text token by token, checking grammar, depth, keys and escapes on the way. The text must be valid UTF-8 already.
/// Keeps a bit per open level instead of recursing, so no text can exhaust the stack.
/// </summary>
/// <remarks>RFC 8259. Dispose it on every path; it may hold pooled memory.</remarks>
internal ref struct JsonScanner
{
    /// <summary>Levels that fit the bits kept.</summary>
    public const int MaxDepthLimit = 64;

    private readonly ReadOnlySpan<byte> _json;
    private readonly int _maxDepth;
    private readonly bool _toleratesLoneSurrogates;
    private KeySet _keys;
    private ulong _isObject;
    private int _position;
    private Expected _expected;

    /// <param name="json">The text.</param>
    /// <param name="maxDepth">How deep it may nest.</param>
    /// <param name="keyStack">Where keys are remembered at first.</param>
    /// <param name="toleratesLoneSurrogates">Whether half a surrogate pair in a value is noted (<see cref="HasLoneSurrogate"/>) and no fault; in a key it always is one.</param>
    public JsonScanner(ReadOnlySpan<byte> json, int maxDepth, Span<KeyRef> keyStack, bool toleratesLoneSurrogates = false)
    {
        _toleratesLoneSurrogates = toleratesLoneSurrogates;
        _json = json;
        _maxDepth = maxDepth;
        _keys = new KeySet(json, keyStack);
    }

    private enum Expected : byte
    {
        Value,
        FirstValue,
        FirstKey,
        Separator,
        End,
    }

    public JsonToken Token { get; private set; }

    /// <summary>Where the token begins; of a string or key, its quote.</summary>
    public int TokenStart { get; private set; }

    /// <summary>Where the token ends; of a string or key, behind its quote.</summary>
    public int TokenEnd { get; private set; }

    /// <summary>Whether the string or key holds escapes.</summary>
    public bool IsEscaped { get; private set; }

    /// <summary>Arrays and objects open behind the token.</summary>
    public int Depth { get; private set; }

    public JsonFault Fault { get; private set; }

    /// <summary>Whether a value so far held half a surrogate pair. Such a text may be skipped, and must not be read.</summary>
    public bool HasLoneSurrogate { get; private set; }

    public readonly long KeyComparisons => _keys.Comparisons;

    public readonly ReadOnlySpan<byte> TokenText => _json[TokenStart..TokenEnd];

    /// <summary>The inside of a string or key as written, escapes and all.</summary>
    public readonly ReadOnlySpan<byte> RawText => _json[(TokenStart + 1)..(TokenEnd - 1)];

    /// <summary>Reads the next token; false at the end of the text and at the first fault.</summary>
    public bool Read()
    {
        SkipWhitespace();
        if (_position >= _json.Length)
        {
            return _expected == Expected.End ? AtEnd() : Fail(JsonFault.Syntax);
        }

        var next = _json[_position];
        switch (_expected)
        {
            case Expected.Value:
                return ReadValue(next);
            case Expected.FirstValue:
                return next == ']' ? ReadClose(next) : ReadValue(next);
            case Expected.FirstKey:
                return next == '}' ? ReadClose(next) : ReadKey(next);
            case Expected.Separator when next == ',':
                return ReadAfterComma();
            case Expected.Separator:
                return ReadClose(next);
            default:
                return Fail(JsonFault.Syntax);
        }
    }

    public void Dispose() => _keys.Dispose();

    private bool ReadAfterComma()
    {
        _position++;
        SkipWhitespace();
        if (_position >= _json.Length)
        {
            return Fail(JsonFault.Syntax);
        }

        return IsInObject() ? ReadKey(_json[_position]) : ReadValue(_json[_position]);
    }

    private bool ReadValue(byte first)
    {
        TokenStart = _position;
        switch (first)
        {
            case (byte)'"':
                return ReadString(_toleratesLoneSurrogates) && Close(JsonToken.String);
            case (byte)'{':
                return Open(JsonToken.StartObject);
            case (byte)'[':
                return Open(JsonToken.StartArray);
            case (byte)'t':
                return ReadLiteral("true"u8, JsonToken.True);
            case (byte)'f':
                return ReadLiteral("false"u8, JsonToken.False);
            case (byte)'n':
                return ReadLiteral("null"u8, JsonToken.Null);
            default:
                return ReadNumber() ? Close(JsonToken.Number) : Fail(JsonFault.Syntax);
        }
    }

    private bool ReadKey(byte first)
    {
        TokenStart = _position;
        if (first != '"')
        {
            return Fail(JsonFault.Syntax);
        }

        if (!ReadString(toleratesLoneSurrogates: false))
        {
            return false;
        }

        TokenEnd = _position;
        if (!_keys.TryAdd(TokenStart + 1, TokenEnd - TokenStart - 2, IsEscaped))
        {
            return Fail(JsonFault.DuplicateKey);
        }

        SkipWhitespace();
        if (_position >= _json.Length || _json[_position] != ':')
        {
            return Fail(JsonFault.Syntax);
        }

        _position++;
        Token = JsonToken.Key;
        _expected = Expected.Value;
        return true;
    }

    private bool ReadString(bool toleratesLoneSurrogates)
    {
        _position++;
        var fault = JsonText.Skip(_json, ref _position, out var isEscaped);
        IsEscaped = isEscaped;
        while (fault == JsonFault.LoneSurrogate && toleratesLoneSurrogates)
        {
            HasLoneSurrogate = true;
            fault = JsonText.Skip(_json, ref _position, out _);
        }

        return fault == JsonFault.None || Fail(fault);
    }

    private bool ReadLiteral(ReadOnlySpan<byte> literal, JsonToken token)
    {
        if (!_json[_position..].StartsWith(literal))
        {
            return Fail(JsonFault.Syntax);
        }

        _position += literal.Length;
        return Close(token);
    }

    private bool ReadNumber()
    {
        if (Peek() == '-')
        {
            _position++;
        }

        if (Peek() == '0')
        {
            _position++;
        }
        else if (!SkipDigits())
        {
            return false;
        }

        if (Peek() == '.')
        {
            _position++;
            if (!SkipDigits())
            {
                return false;
            }
        }

        if ((Peek() | 0x20) != 'e')
        {
            return true;
        }

        _position++;
        if (Peek() is (byte)'+' or (byte)'-')
        {
            _position++;
        }

        return SkipDigits();
    }

    private bool SkipDigits()
    {
        var start = _position;
        while (char.IsAsciiDigit((char)Peek()))
        {
            _position++;
        }

        return _position > start;
    }

    /// <summary>The byte at the position; zero, which no token holds, behind the last.</summary>
    private readonly byte Peek() => _position < _json.Length ? _json[_position] : (byte)0;

    private bool Open(JsonToken token)
    {
        if (Depth == _maxDepth)
        {
            return Fail(JsonFault.TooDeep);
        }

        var level = 1UL << Depth++;
        if (token == JsonToken.StartObject)
        {
            _isObject |= level;
            _keys.Enter();
            _expected = Expected.FirstKey;
        }
        else
        {
            _isObject &= ~level;
            _expected = Expected.FirstValue;
        }

        Token = token;
        TokenEnd = ++_position;
        return true;
    }

    private bool ReadClose(byte next)
    {
        TokenStart = _position;
        var isObject = IsInObject();
        if (next != (isObject ? '}' : ']'))
        {
            return Fail(JsonFault.Syntax);
        }

        if (isObject)
        {
            _keys.Leave();
        }

        Depth--;
        _position++;
        return Close(isObject ? JsonToken.EndObject : JsonToken.EndArray);
    }

    /// <summary>A value is complete.</summary>
    private bool Close(JsonToken token)
    {
        Token = token;
        TokenEnd = _position;
        _expected = Depth == 0 ? Expected.End : Expected.Separator;
        return true;
    }

    private bool AtEnd()
    {
        Token = JsonToken.None;
        TokenStart = TokenEnd = _position;
        return false;
    }

    private bool Fail(JsonFault fault)
    {
        // The first fault stays, however often one reads on.
        Fault = Fault == JsonFault.None ? fault : Fault;
        _position = _json.Length;
        Token = JsonToken.None;
        return false;
    }

    private readonly bool IsInObject() => (_isObject & (1UL << (Depth - 1))) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipWhitespace()
    {
        while (_position < _json.Length && _json[_position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _position++;
        }
    }
}
