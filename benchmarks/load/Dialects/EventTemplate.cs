using System.Text;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>The frame or request of an event with a <see cref="SequencedContent"/>, built once; each send only writes its numbers into it.</summary>
internal sealed class EventTemplate
{
    /// <summary>Ack ids count from here, so that their width stays the same.</summary>
    public const long FirstAckId = 100_000_000;

    private const int AckIdDigits = 9;

    private readonly MessageBytes _message;
    private readonly int _sequenceOffset;
    private readonly int _ackIdOffset;

    private EventTemplate(MessageBytes message, string text, SequencedContent content)
    {
        _message = message;
        _sequenceOffset = text.IndexOf(content.Text, StringComparison.Ordinal) + SequencedContent.DigitsOffset;
        _ackIdOffset = text.IndexOf($"{FirstAckId}", StringComparison.Ordinal);
    }

    /// <summary>An event as a WebSocket frame.</summary>
    /// <param name="text">The message; it holds the content's text, and <see cref="FirstAckId"/> where the ack id goes, if any.</param>
    /// <param name="content">Tells where its sequence number is.</param>
    public static EventTemplate Framed(string text, SequencedContent content) =>
        new(new ClientFrame(Encoding.ASCII.GetBytes(text)), text, content);

    /// <summary>An event as a request to <paramref name="target"/>, with the same body whatever the wire of the members.</summary>
    public static EventTemplate Posted(string target, string text, SequencedContent content, string headers = "") =>
        new(new HttpPost(target, text, headers), text, content);

    /// <summary>The message with this sequence number; valid until the next call.</summary>
    public ReadOnlySpan<byte> With(long sequence)
    {
        _message.SetNumber(_sequenceOffset, SequencedContent.Digits, sequence);
        if (_ackIdOffset >= 0)
        {
            _message.SetNumber(_ackIdOffset, AckIdDigits, FirstAckId + sequence);
        }
        return _message.Bytes;
    }
}
