using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace Fanfare.WebSockets;

/// <summary>Encodes what one namespace sends to its plain members: once per message, the same bytes for all.</summary>
/// <remarks>Product, section 4 "One event, natural on each wire", and section 12 "Events on other wires".</remarks>
internal sealed class RoomsEncoder(bool sendsNotices) : IMessageEncoder
{
    public const string UserJoined = "user_joined";
    public const string UserLeft = "user_left";

    private static readonly FrozenSet<string> FrameTypes = FrozenSet.Create(
        StringComparer.Ordinal, "connected", "authenticated", "joined", "left", "ack", "pong", "error", "reset", "reconnect", "event");

    /// <inheritdoc/>
    public OutboundFrame Encode(EncodedMessage encoded)
    {
        var message = encoded.Message;
        var arguments = message.Arguments;
        var room = encoded.Room;
        FrameText text;
        if (IsTakenName(message.Event))
        {
            text = FrameText.Begin("event").Text("event"u8, message.Event).Array("args"u8, arguments);
        }
        else if (arguments.Count == 1 && TryFlatten(arguments, out var members, out var hasRoom))
        {
            text = FrameText.Begin(message.Event).Members(members);
            room = hasRoom ? null : room;
        }
        else
        {
            text = FrameText.Begin(message.Event).Array("args"u8, arguments);
        }

        if (encoded is { IsKept: true, Cursor: { } cursor })
        {
            text.Text("cursor"u8, cursor.ToString());
        }

        return (room is null ? text : text.Text("room"u8, room)).End();
    }

    private bool IsTakenName(string name) => FrameTypes.Contains(name) || (sendsNotices && name is UserJoined or UserLeft);

    /// <summary>The members of a single object that may lie beside those of the wire.</summary>
    private static bool TryFlatten(Arguments arguments, out ReadOnlySpan<byte> members, out bool hasRoom)
    {
        members = default;
        hasRoom = false;
        if (arguments.Kind(0) != JsonValueKind.Object)
        {
            return false;
        }

        var json = arguments.JsonAt(0);
        if (arguments.HasBinary)
        {
            var output = new ArrayBufferWriter<byte>(json.Length);
            arguments.Slice(0, 1).WriteText(output);
            json = output.WrittenMemory;
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("cursor"u8) || reader.ValueTextEquals("ref"u8) || reader.ValueTextEquals("args"u8))
            {
                return false;
            }

            hasRoom |= reader.ValueTextEquals("room"u8);
            reader.Read();
            reader.Skip();
        }

        members = json.Span[1..^1].Trim(" \t\r\n"u8);
        return true;
    }
}
