using System.Buffers;
using Fanfare.Json;

namespace Fanfare.ServerSentEvents;

/// <summary>Says a message as an event of a stream.</summary>
/// <remarks>Product, sections 4 ("One event, natural on each wire") and 12 ("Events on other wires").</remarks>
internal static class MessageText
{
    /// <summary>Writes the event of a message: one argument as it is, several or none as an array, binary as base64.</summary>
    public static void Write(EventScratch scratch, EncodedMessage message)
    {
        var name = message.Message.Event;
        var arguments = message.Message.Arguments;
        var data = scratch.Data;
        var isWrapped = EventText.IsWrapped(name);
        var isArray = isWrapped || arguments.Count != 1;
        if (isWrapped)
        {
            data.Write("{\"event\":"u8);
            WireJson.WriteString(data, name);
            data.Write(",\"args\":"u8);
        }

        data.Write(isArray ? "["u8 : default);
        arguments.WriteText(data);
        data.Write(isArray ? "]"u8 : default);
        data.Write(isWrapped ? "}"u8 : default);

        // Arguments are kept with the whitespace they came with.
        var text = data.WrittenSpan.Trim(" \t\r\n"u8);
        EventText.WriteEvent(scratch.Event, message.IsKept ? message.Cursor?.ToString() : null, isWrapped ? EventText.Wrapped : name, text);
    }
}
