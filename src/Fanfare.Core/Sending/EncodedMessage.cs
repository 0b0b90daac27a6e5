namespace Fanfare;

/// <summary>A message with one encoding per wire format, made on first need and shared by all recipients. Safe to use from any thread.</summary>
/// <param name="message">What is said.</param>
/// <param name="cursor">The position that receivers learn: its own when it is kept, else the head of the log; <see langword="null"/> without a log.</param>
/// <param name="isKept">Whether the log keeps it, so that <paramref name="cursor"/> is its own.</param>
/// <param name="ackId">The number under which receivers answer, or <see langword="null"/>.</param>
/// <param name="isVolatile">Whether a busy receiver misses it.</param>
/// <param name="isCompressible">Whether it is worth compressing.</param>
/// <param name="room">The only room that it went to, when clients can name it.</param>
public sealed class EncodedMessage(
    Message message,
    EventId? cursor = null,
    bool isKept = false,
    long? ackId = null,
    bool isVolatile = false,
    bool isCompressible = true,
    string? room = null)
{
    private Encoding? _encodings;

    /// <summary>Makes a message whose form on one wire is given: something of that wire's own.</summary>
    public EncodedMessage(Message message, IMessageEncoder encoder, OutboundFrame frame)
        : this(message)
    {
        _encodings = new Encoding(encoder, frame, null);
    }

    /// <summary>What is said.</summary>
    public Message Message { get; } = message;

    /// <summary>The position that receivers learn, or <see langword="null"/>.</summary>
    public EventId? Cursor { get; } = cursor;

    /// <summary>Whether the log keeps it.</summary>
    public bool IsKept { get; } = isKept;

    /// <summary>The number under which receivers answer, or <see langword="null"/>.</summary>
    public long? AckId { get; } = ackId;

    /// <summary>Whether a busy receiver misses it.</summary>
    public bool IsVolatile { get; } = isVolatile;

    /// <summary>Whether it is worth compressing.</summary>
    public bool IsCompressible { get; } = isCompressible;

    /// <summary>The only room that it went to, when clients can name it; else <see langword="null"/>.</summary>
    public string? Room { get; } = room;

    /// <summary>The bytes in the format of <paramref name="encoder"/>; made once, unless two threads ask first at the same time.</summary>
    public OutboundFrame In(IMessageEncoder encoder)
    {
        for (var encoding = Volatile.Read(ref _encodings); encoding is not null; encoding = encoding.Next)
        {
            if (ReferenceEquals(encoding.Encoder, encoder))
            {
                return encoding.Frame;
            }
        }

        var frame = encoder.Encode(this);
        Encoding made;
        do
        {
            made = new Encoding(encoder, frame, Volatile.Read(ref _encodings));
        }
        while (Interlocked.CompareExchange(ref _encodings, made, made.Next) != made.Next);
        return frame;
    }

    private sealed class Encoding(IMessageEncoder encoder, OutboundFrame frame, Encoding? next)
    {
        public IMessageEncoder Encoder { get; } = encoder;

        public OutboundFrame Frame { get; } = frame;

        public Encoding? Next { get; } = next;
    }
}
