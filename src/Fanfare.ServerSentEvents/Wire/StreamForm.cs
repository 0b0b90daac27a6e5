using System.Buffers;
using System.Buffers.Text;

namespace Fanfare.ServerSentEvents;

/// <summary>How the bytes of a stream are wrapped up. Immutable; two instances serve all streams.</summary>
/// <remarks>
/// On HTTP/1.1 straight to Kestrel's connection we write the chunks of the transfer coding ourselves (RFC 9112, section 7.1), so that the
/// same frame can go through Kestrel or straight to the socket; everywhere else the server wraps the bare text up itself.
/// </remarks>
internal sealed class StreamForm : IMessageEncoder
{
    private readonly bool _isChunked;

    private StreamForm(bool isChunked)
    {
        _isChunked = isChunked;
        KeepAlive = Frame(EventText.Comment);
        End = isChunked ? new OutboundFrame("0\r\n\r\n"u8.ToArray()) : null;
    }

    /// <summary>The bare text.</summary>
    public static StreamForm Bare { get; } = new(isChunked: false);

    /// <summary>Chunks of our own.</summary>
    public static StreamForm Chunked { get; } = new(isChunked: true);

    /// <summary>The comment of idle times.</summary>
    public OutboundFrame KeepAlive { get; }

    /// <summary>What ends a stream, or <see langword="null"/> when the server says so itself.</summary>
    public OutboundFrame? End { get; }

    /// <summary>Whether the header of the transfer coding is ours to set.</summary>
    public bool IsChunked => _isChunked;

    /// <inheritdoc/>
    public OutboundFrame Encode(EncodedMessage message)
    {
        var scratch = EventScratch.Take();
        MessageText.Write(scratch, message);
        return Finish(scratch);
    }

    /// <summary>Makes a frame of some text.</summary>
    public OutboundFrame Frame(ReadOnlySpan<byte> text)
    {
        if (!_isChunked)
        {
            return new OutboundFrame(text.ToArray());
        }

        Span<byte> head = stackalloc byte[8];
        Utf8Formatter.TryFormat(text.Length, head, out var digits, new StandardFormat('X'));
        var frame = GC.AllocateUninitializedArray<byte>(digits + 2 + text.Length + 2);
        head[..digits].CopyTo(frame);
        "\r\n"u8.CopyTo(frame.AsSpan(digits));
        text.CopyTo(frame.AsSpan(digits + 2));
        "\r\n"u8.CopyTo(frame.AsSpan(digits + 2 + text.Length));
        return new OutboundFrame(frame);
    }

    /// <summary>The beginning of a stream.</summary>
    /// <param name="retry">How long the client should wait before it comes back, or <see langword="null"/>.</param>
    /// <param name="head">The position of a fresh stream; <see langword="null"/> for a resumed one, which keeps its own.</param>
    /// <param name="now">The time.</param>
    public OutboundFrame Connected(TimeSpan? retry, EventId? head, DateTimeOffset now)
    {
        var scratch = EventScratch.Take();
        scratch.Event.Write(EventText.Comment);
        if (retry is { } delay)
        {
            EventText.WriteRetry(scratch.Event, delay);
        }

        scratch.Data.Write("{\"time\":"u8);
        Utf8Formatter.TryFormat(now.ToUnixTimeMilliseconds(), scratch.Data.GetSpan(20), out var length);
        scratch.Data.Advance(length);
        scratch.Data.Write("}"u8);
        EventText.WriteEvent(scratch.Event, head?.ToString(), "connected", scratch.Data.WrittenSpan);
        return Finish(scratch);
    }

    /// <summary>Says that something is missing for ever.</summary>
    /// <param name="head">The position from which on the client hears everything again.</param>
    /// <param name="reason">Why.</param>
    public OutboundFrame Reset(EventId head, GapReason reason)
    {
        var scratch = EventScratch.Take();
        scratch.Data.Write("{\"reason\":\""u8);
        System.Text.EncodingExtensions.GetBytes(System.Text.Encoding.ASCII, reason.ToWireName(), scratch.Data);
        scratch.Data.Write("\"}"u8);
        EventText.WriteEvent(scratch.Event, head.ToString(), "reset", scratch.Data.WrittenSpan);
        return Finish(scratch);
    }

    /// <summary>Says that a slow client has missed so many events.</summary>
    public OutboundFrame Missed(long count)
    {
        var scratch = EventScratch.Take();
        scratch.Data.Write("{\"reason\":\"slow consumer\",\"missed\":"u8);
        Utf8Formatter.TryFormat(count, scratch.Data.GetSpan(20), out var length);
        scratch.Data.Advance(length);
        scratch.Data.Write("}"u8);
        EventText.WriteEvent(scratch.Event, null, "reset", scratch.Data.WrittenSpan);
        return Finish(scratch);
    }

    /// <summary>Says when to come back.</summary>
    public OutboundFrame Retry(TimeSpan delay)
    {
        var scratch = EventScratch.Take();
        EventText.WriteRetry(scratch.Event, delay);
        return Finish(scratch);
    }

    private OutboundFrame Finish(EventScratch scratch)
    {
        var frame = Frame(scratch.Event.WrittenSpan);
        scratch.Return();
        return frame;
    }
}
