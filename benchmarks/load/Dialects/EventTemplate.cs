using System.Text;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>The frame of an event with a <see cref="SequencedContent"/>, built once; each send only writes its numbers into it.</summary>
internal sealed class EventTemplate
{
    /// <summary>Ack ids count from here, so that their width stays the same.</summary>
    public const long FirstAckId = 100_000_000;

    private const int AckIdDigits = 9;

    private readonly ClientFrame _frame;
    private readonly int _sequenceOffset;
    private readonly int _ackIdOffset;

    /// <param name="text">The message; it holds the content's text, and <see cref="FirstAckId"/> where the ack id goes, if any.</param>
    /// <param name="content">Tells where its sequence number is.</param>
    public EventTemplate(string text, SequencedContent content)
    {
        _frame = new ClientFrame(Encoding.ASCII.GetBytes(text));
        _sequenceOffset = text.IndexOf(content.Text, StringComparison.Ordinal) + SequencedContent.DigitsOffset;
        _ackIdOffset = text.IndexOf($"{FirstAckId}", StringComparison.Ordinal);
    }

    /// <summary>The frame with this sequence number; valid until the next call.</summary>
    public ReadOnlySpan<byte> With(long sequence)
    {
        _frame.SetNumber(_sequenceOffset, SequencedContent.Digits, sequence);
        if (_ackIdOffset >= 0)
        {
            _frame.SetNumber(_ackIdOffset, AckIdDigits, FirstAckId + sequence);
        }
        return _frame.Bytes;
    }
}
