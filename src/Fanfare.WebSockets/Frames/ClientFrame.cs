using System.Buffers;
using System.Text.Json;
using Fanfare.Json;

namespace Fanfare.WebSockets;

/// <summary>One frame of a client, read as far as the wire itself has to know it. Immutable.</summary>
/// <remarks>Product, section 4; protocol notes, section 7.</remarks>
internal sealed class ClientFrame
{
    private readonly byte[] _json;

    private ClientFrame(byte[] json)
    {
        _json = json;
    }

    /// <summary>What is asked; empty while the frame is not readable.</summary>
    public string Type { get; private set; } = string.Empty;

    /// <summary>The client's own reference, byte for byte; empty without one.</summary>
    public ReadOnlyMemory<byte> Ref { get; private set; }

    public JsonPart Room { get; private set; }

    public JsonPart Rooms { get; private set; }

    public JsonPart Since { get; private set; }

    public JsonPart Token { get; private set; }

    public JsonPart UserId { get; private set; }

    public JsonPart Content { get; private set; }

    private JsonPart Args { get; set; }

    /// <summary>How to answer it, if an answer is wanted.</summary>
    public AckTicket Ticket => Ref.IsEmpty ? default : new AckTicket(Ref);

    /// <summary>Whether a text in it, that is neither its type nor its reference, holds half a surrogate pair: its parts and arguments must not be read.</summary>
    public bool IsIllFormed { get; private set; }

    /// <summary>The length of the frame in bytes.</summary>
    public int Length => _json.Length;

    /// <summary>Reads a frame.</summary>
    /// <param name="utf8">Valid UTF-8.</param>
    /// <param name="maxDepth">How deep it may nest, 1 to 64.</param>
    /// <param name="frame">What could be read of it.</param>
    /// <returns>The code of what is wrong, or <see langword="null"/>.</returns>
    public static string? TryRead(ReadOnlySpan<byte> utf8, int maxDepth, out ClientFrame frame)
    {
        frame = new ClientFrame(utf8.ToArray());
        return JsonGuard.Check(utf8, maxDepth) switch
        {
            JsonFault.None => frame.Read() ? null : ErrorCodes.BadMessage,
            JsonFault.LoneSurrogate => frame.ReadIllFormed(maxDepth) ? null : ErrorCodes.BadJson,
            _ => ErrorCodes.BadJson,
        };
    }

    /// <summary>The JSON of a part, byte for byte.</summary>
    public ReadOnlySpan<byte> JsonOf(JsonPart part) => _json.AsSpan(part.Start, part.Length);

    /// <summary>The text of a part; <see langword="null"/> when it is absent or no text.</summary>
    public string? TextOf(JsonPart part)
    {
        if (part.Kind != JsonTokenType.String)
        {
            return null;
        }

        var reader = new Utf8JsonReader(JsonOf(part));
        reader.Read();
        return reader.GetString();
    }

    /// <summary>The texts of an array; <see langword="null"/> when the part is no array of texts.</summary>
    public List<string>? TextsOf(JsonPart part)
    {
        if (part.Kind != JsonTokenType.StartArray)
        {
            return null;
        }

        var texts = new List<string>();
        var reader = new Utf8JsonReader(JsonOf(part));
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                return null;
            }

            texts.Add(reader.GetString()!);
        }

        return texts;
    }

    /// <summary>What the handlers of the type are given: <c>args</c> one by one, else the frame without <c>type</c> and <c>ref</c> as one object.</summary>
    public Arguments ToArguments(MessageSerializer serializer) =>
        Args.IsPresent
            ? new Arguments(_json.AsMemory(Args.Start + 1, Args.Length - 2), serializer: serializer)
            : new Arguments(WithoutEnvelope(), serializer: serializer);

    /// <summary>Half a surrogate pair in what only handlers read refuses that event, as on the other wires; what the wire itself serves is no strict JSON then.</summary>
    private bool ReadIllFormed(int maxDepth)
    {
        IsIllFormed = true;
        return JsonGuard.Check(_json, maxDepth, toleratesLoneSurrogates: true) == JsonFault.None
            && Read()
            && Type is not ("authenticate" or "refresh" or "join" or "leave" or "ping");
    }

    private bool IsText(JsonPart part) => part.Kind == JsonTokenType.String && (!IsIllFormed || JsonGuard.Check(JsonOf(part)) == JsonFault.None);

    private bool Read()
    {
        var reader = new Utf8JsonReader(_json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var isReadable = true;
        var hasType = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                var part = JsonPart.Read(ref reader);
                hasType = IsText(part);
                Type = hasType ? TextOf(part)! : string.Empty;
            }
            else if (reader.ValueTextEquals("ref"u8))
            {
                var part = JsonPart.Read(ref reader);
                var isReference = part.Kind == JsonTokenType.Number || IsText(part);
                isReadable &= isReference || part.Kind == JsonTokenType.Null;
                Ref = isReference ? _json.AsMemory(part.Start, part.Length) : default;
            }
            else
            {
                ReadPart(ref reader);
            }
        }

        return isReadable && hasType && (!Args.IsPresent || Args.Kind == JsonTokenType.StartArray);
    }

    private void ReadPart(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("room"u8))
        {
            Room = JsonPart.Read(ref reader);
        }
        else if (reader.ValueTextEquals("rooms"u8))
        {
            Rooms = JsonPart.Read(ref reader);
        }
        else if (reader.ValueTextEquals("since"u8))
        {
            Since = JsonPart.Read(ref reader);
        }
        else if (reader.ValueTextEquals("token"u8))
        {
            Token = JsonPart.Read(ref reader);
        }
        else if (reader.ValueTextEquals("userId"u8))
        {
            UserId = JsonPart.Read(ref reader);
        }
        else if (reader.ValueTextEquals("content"u8))
        {
            Content = JsonPart.Read(ref reader);
        }
        else if (reader.ValueTextEquals("args"u8))
        {
            Args = JsonPart.Read(ref reader);
        }
        else
        {
            reader.Read();
            reader.Skip();
        }
    }

    private ReadOnlyMemory<byte> WithoutEnvelope()
    {
        var output = new ArrayBufferWriter<byte>(_json.Length);
        var reader = new Utf8JsonReader(_json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            var isEnvelope = reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("ref"u8);
            reader.Read();
            reader.Skip();
            if (!isEnvelope)
            {
                output.Write(output.WrittenCount == 0 ? "{"u8 : ","u8);
                output.Write(_json.AsSpan(start, (int)reader.BytesConsumed - start));
            }
        }

        output.Write(output.WrittenCount == 0 ? "{}"u8 : "}"u8);
        return output.WrittenMemory;
    }
}
