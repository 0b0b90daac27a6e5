using Fanfare.Json;

namespace Fanfare.SocketIO.Protocol;

/// <summary>Where the parts of a packet's JSON lie. The pass that finds them checks the whole text too.</summary>
/// <remarks>Socket.IO v5, "Packet encoding"; the shapes are those of Node's parser.</remarks>
internal struct PacketBody
{
    /// <summary>The event's name: the inside of a string as written, or the digits of a number.</summary>
    public Range Name { get; private set; }

    public bool IsNameText { get; private set; }

    public bool IsNameEscaped { get; private set; }

    /// <summary>What is kept: the value, or the arguments without brackets and name.</summary>
    public Range Content { get; private set; }

    /// <summary>Whether an argument holds half a surrogate pair: then nobody may read them.</summary>
    public bool IsIllFormed { get; private set; }

    /// <summary>Reads an object or, where <paramref name="allowsText"/>, a string.</summary>
    public static ProtocolError ReadValue(ReadOnlySpan<byte> json, int maxDepth, bool allowsText, out PacketBody body)
    {
        body = default;
        var scanner = new JsonScanner(json, maxDepth, stackalloc KeyRef[KeySet.InlineKeys]);
        try
        {
            if (!scanner.Read())
            {
                return ProtocolErrors.From(scanner.Fault);
            }

            if (scanner.Token != JsonToken.StartObject && !(allowsText && scanner.Token == JsonToken.String))
            {
                return ProtocolError.IllegalPayload;
            }

            var (start, end) = (scanner.TokenStart, scanner.TokenEnd);
            while (scanner.Read())
            {
                end = scanner.TokenEnd;
            }

            body.Content = start..end;
            return ProtocolErrors.From(scanner.Fault);
        }
        finally
        {
            scanner.Dispose();
        }
    }

    /// <summary>Reads an array; where <paramref name="hasName"/>, its first item is the name of an event.</summary>
    /// <param name="json">The text.</param>
    /// <param name="maxDepth">How deep it may nest.</param>
    /// <param name="hasName">Whether it is the array of an event.</param>
    /// <param name="isBinary">Whether <paramref name="placeholders"/> are to be watched for.</param>
    /// <param name="placeholders">What watches for them.</param>
    /// <param name="body">What was found.</param>
    public static ProtocolError ReadArray(
        ReadOnlySpan<byte> json, int maxDepth, bool hasName, bool isBinary, ref PlaceholderTracker placeholders, out PacketBody body)
    {
        body = default;

        // An event that can be told apart is refused by itself; for all else the text is as good as none.
        var scanner = new JsonScanner(json, maxDepth, stackalloc KeyRef[KeySet.InlineKeys], toleratesLoneSurrogates: hasName && !isBinary);
        try
        {
            if (!scanner.Read())
            {
                return ProtocolErrors.From(scanner.Fault);
            }

            if (scanner.Token != JsonToken.StartArray)
            {
                return ProtocolError.IllegalPayload;
            }

            if (hasName && !body.TryReadName(ref scanner))
            {
                return scanner.Fault == JsonFault.None ? ProtocolError.IllegalPayload : ProtocolErrors.From(scanner.Fault);
            }

            if (scanner.HasLoneSurrogate)
            {
                return ProtocolErrors.From(JsonFault.LoneSurrogate);
            }

            var (start, end) = (-1, -1);
            while (scanner.Read() && scanner.Depth > 0)
            {
                start = start < 0 ? scanner.TokenStart : start;
                end = scanner.TokenEnd;
                if (isBinary && !placeholders.Observe(ref scanner))
                {
                    return ProtocolError.IllegalPlaceholder;
                }
            }

            // Behind the closing bracket only the end may come.
            scanner.Read();
            body.Content = start < 0 ? default : start..end;
            body.IsIllFormed = scanner.HasLoneSurrogate;
            return ProtocolErrors.From(scanner.Fault);
        }
        finally
        {
            scanner.Dispose();
        }
    }

    private bool TryReadName(ref JsonScanner scanner)
    {
        if (!scanner.Read() || scanner.Token is not (JsonToken.String or JsonToken.Number))
        {
            return false;
        }

        IsNameText = scanner.Token == JsonToken.String;
        IsNameEscaped = IsNameText && scanner.IsEscaped;
        Name = IsNameText ? (scanner.TokenStart + 1)..(scanner.TokenEnd - 1) : scanner.TokenStart..scanner.TokenEnd;
        return true;
    }
}
