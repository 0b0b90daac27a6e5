using System.Text;

namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>
/// The content of a measured message: <c>~0000000042~abc…</c>, exactly as long as asked for. Every receiver checks the number and
/// every byte behind it.
/// </summary>
internal sealed class SequencedContent
{
    public const int Digits = 10;
    public const int DigitsOffset = 1;
    public const int MinimumLength = Digits + 2;

    private const byte Mark = (byte)'~';

    private readonly int _length;
    private readonly byte[] _filler;

    public SequencedContent(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, MinimumLength);
        _length = length;
        _filler = new byte[length - MinimumLength];
        for (int i = 0; i < _filler.Length; i++)
        {
            _filler[i] = (byte)('a' + (i % 26));
        }
        Text = $"~{new string('0', Digits)}~{Encoding.ASCII.GetString(_filler)}";
    }

    /// <summary>The content with number 0.</summary>
    public string Text { get; }

    /// <summary>Finds the content in a server's message. False when it is not there whole and unchanged, and quoted as a JSON string.</summary>
    public bool TryRead(ReadOnlySpan<byte> record, out long sequence)
    {
        sequence = 0;
        int start = record.IndexOf(Mark);
        if (start < 1 || record.Length - start <= _length)
        {
            return false;
        }
        ReadOnlySpan<byte> content = record.Slice(start, _length);
        for (int i = DigitsOffset; i <= Digits; i++)
        {
            int digit = content[i] - '0';
            if ((uint)digit > 9)
            {
                return false;
            }
            sequence = (sequence * 10) + digit;
        }
        return content[MinimumLength - 1] == Mark
            && content[MinimumLength..].SequenceEqual(_filler)
            && record[start - 1] == '"'
            && record[start + _length] == '"';
    }
}
