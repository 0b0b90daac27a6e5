using System.Buffers;
using System.Text;

namespace Fanfare.ServerSentEvents;

/// <summary>Writes the text of an event stream. Everything that goes out passes here, so that no line can be smuggled in.</summary>
/// <remarks>WHATWG HTML, "Server-sent events": lines end with LF, CR or both; NUL spoils an id.</remarks>
internal static class EventText
{
    /// <summary>The name under which events go out whose own name the wire keeps for itself, or cannot say.</summary>
    public const string Wrapped = "event";

    private static readonly SearchValues<char> Unspeakable = SearchValues.Create('\r', '\n', '\0');

    /// <summary>A comment, which keeps the connection and every proxy on the way awake.</summary>
    public static ReadOnlySpan<byte> Comment => ": keep-alive\n\n"u8;

    /// <summary>Whether a text fits into one line, and an id keeps it.</summary>
    public static bool IsOneLine(ReadOnlySpan<char> text) => !text.ContainsAny(Unspeakable);

    /// <summary>Whether an event name belongs to the wire or to the browser's <c>EventSource</c>, or cannot be said in a line.</summary>
    public static bool IsWrapped(string name) => IsReserved(name) || name.Length == 0 || !IsOneLine(name);

    /// <summary>Whether an event name belongs to the wire or to the browser's <c>EventSource</c>.</summary>
    public static bool IsReserved(string name) => name is "connected" or "reset" or "open" or "error" or Wrapped;

    /// <summary>Writes one event.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="id">The position that the client keeps; <see langword="null"/> leaves what it has.</param>
    /// <param name="name">The name of the event.</param>
    /// <param name="data">UTF-8; its lines become lines of data.</param>
    /// <exception cref="ArgumentException">The id or the name holds CR, LF or NUL.</exception>
    public static void WriteEvent(IBufferWriter<byte> output, string? id, string name, ReadOnlySpan<byte> data)
    {
        if (id is not null)
        {
            WriteField(output, "id: "u8, id);
        }

        WriteField(output, "event: "u8, name);
        WriteData(output, data);
        output.Write("\n"u8);
    }

    /// <summary>Writes how long the client should wait before it comes back.</summary>
    public static void WriteRetry(IBufferWriter<byte> output, TimeSpan delay)
    {
        output.Write("retry: "u8);
        var span = output.GetSpan(20);
        System.Buffers.Text.Utf8Formatter.TryFormat((long)delay.TotalMilliseconds, span, out var length);
        output.Advance(length);
        output.Write("\n\n"u8);
    }

    private static void WriteField(IBufferWriter<byte> output, ReadOnlySpan<byte> field, string value)
    {
        if (!IsOneLine(value))
        {
            throw new ArgumentException("An id or event name of a stream holds no CR, LF or NUL.", nameof(value));
        }

        output.Write(field);
        Encoding.UTF8.GetBytes(value, output);
        output.Write("\n"u8);
    }

    private static void WriteData(IBufferWriter<byte> output, ReadOnlySpan<byte> data)
    {
        while (true)
        {
            var end = data.IndexOfAny((byte)'\r', (byte)'\n');
            output.Write("data: "u8);
            output.Write(end < 0 ? data : data[..end]);
            output.Write("\n"u8);
            if (end < 0)
            {
                return;
            }

            data = data[(data[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1)..];
        }
    }
}
