using System.Buffers;
using System.Text;

namespace Fanfare;

/// <summary>A pattern of names as Redis has it for <c>PSUBSCRIBE</c> and <c>KEYS</c>. Immutable; safe to share.</summary>
/// <remarks>
/// <c>*</c> is any run of bytes, <c>?</c> any one byte, <c>[abc]</c> one of them, <c>[a-z]</c> a range (either way round), <c>[^…]</c> one byte that is none of them, and
/// <c>\</c> takes the next byte as it is. Every text is a pattern: a class that nobody closes ends with the pattern, and a <c>\</c> at its end is itself.
/// Bytes are those of UTF-8, as in Redis: <c>?</c> is half of an <c>é</c>. Case matters. A match takes at most (pattern × name) steps, whatever the pattern.
/// </remarks>
public sealed class GlobPattern
{
    private const int MaxStackBytes = 768;

    private readonly Step[] _steps;

    private GlobPattern(string text, Step[] steps)
    {
        Text = text;
        _steps = steps;
    }

    private enum StepKind
    {
        One,
        AnyOne,
        OneOf,
        AnyRun,
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern. There are no invalid ones.</summary>
    public static GlobPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = Encoding.UTF8.GetBytes(text);
        var steps = new List<Step>(bytes.Length);
        var at = 0;
        while (at < bytes.Length)
        {
            steps.Add(ReadStep(bytes, ref at));
        }

        return new GlobPattern(text, [.. steps]);
    }

    /// <summary>The pattern of exactly this text: its special characters escaped. For names that go into a pattern.</summary>
    public static string Escape(string literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        var text = new StringBuilder(literal.Length + 8);
        foreach (var character in literal)
        {
            if (character is '*' or '?' or '[' or ']' or '\\')
            {
                text.Append('\\');
            }

            text.Append(character);
        }

        return text.ToString();
    }

    /// <summary>Whether the whole name fits the pattern. Without allocations; an empty name fits an empty pattern only.</summary>
    public bool IsMatch(ReadOnlySpan<char> name)
    {
        var most = Encoding.UTF8.GetMaxByteCount(name.Length);
        var rented = most > MaxStackBytes ? ArrayPool<byte>.Shared.Rent(most) : null;
        var bytes = rented ?? stackalloc byte[MaxStackBytes];
        var isMatch = IsMatch(bytes[..Encoding.UTF8.GetBytes(name, bytes)]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return isMatch;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>
    /// When a step fails, only the last run before it is made longer, never an earlier one: what lies between two runs has been found
    /// at its first place, and a later place leaves less of the name for the rest. So there is no search to explode.
    /// </summary>
    private bool IsMatch(ReadOnlySpan<byte> name)
    {
        var step = 0;
        var at = 0;
        var afterRun = -1;
        var runEnd = 0;
        while (at < name.Length)
        {
            if (step < _steps.Length && _steps[step].Kind == StepKind.AnyRun)
            {
                afterRun = ++step;
                runEnd = at;
            }
            else if (step < _steps.Length && _steps[step].Takes(name[at]))
            {
                step++;
                at++;
            }
            else if (afterRun >= 0)
            {
                step = afterRun;
                at = ++runEnd;
            }
            else
            {
                return false;
            }
        }

        while (step < _steps.Length && _steps[step].Kind == StepKind.AnyRun)
        {
            step++;
        }

        // Redis asks nothing of an empty name but an empty pattern: there, not even a run takes it.
        return step == _steps.Length && (name.Length > 0 || step == 0);
    }

    private static Step ReadStep(ReadOnlySpan<byte> pattern, ref int at)
    {
        var first = pattern[at++];
        switch (first)
        {
            case (byte)'*':
                return new Step(StepKind.AnyRun);
            case (byte)'?':
                return new Step(StepKind.AnyOne);
            case (byte)'[':
                return new Step(StepKind.OneOf, set: ReadClass(pattern, ref at));
            case (byte)'\\' when at < pattern.Length:
                return new Step(StepKind.One, pattern[at++]);
            default:
                return new Step(StepKind.One, first);
        }
    }

    /// <summary>Reads a class behind its bracket. An escape is no start of a range, and the end of one is taken as it is, even <c>]</c> and <c>\</c>.</summary>
    private static SearchValues<byte> ReadClass(ReadOnlySpan<byte> pattern, ref int at)
    {
        Span<bool> isIn = stackalloc bool[256];
        isIn.Clear();
        var isNegated = at < pattern.Length && pattern[at] == '^';
        at += isNegated ? 1 : 0;
        while (at < pattern.Length && pattern[at] != ']')
        {
            var rest = pattern[at..];
            if (rest is [(byte)'\\', var escaped, ..])
            {
                isIn[escaped] = true;
                at += 2;
            }
            else if (rest is [var from, (byte)'-', var to, ..])
            {
                AddRange(isIn, (sbyte)from, (sbyte)to);
                at += 3;
            }
            else
            {
                isIn[rest[0]] = true;
                at++;
            }
        }

        // Behind the closing bracket, if there is one.
        at = Math.Min(at + 1, pattern.Length);
        return ToSet(isIn, isNegated);
    }

    /// <summary>Redis compares <c>char</c>, which is signed where most of its servers run; it shows in ranges from ASCII to beyond only.</summary>
    private static void AddRange(Span<bool> isIn, sbyte from, sbyte to)
    {
        for (int value = Math.Min(from, to); value <= Math.Max(from, to); value++)
        {
            isIn[(byte)value] = true;
        }
    }

    private static SearchValues<byte> ToSet(ReadOnlySpan<bool> isIn, bool isNegated)
    {
        var values = new List<byte>(isIn.Length);
        for (var value = 0; value < isIn.Length; value++)
        {
            if (isIn[value] != isNegated)
            {
                values.Add((byte)value);
            }
        }

        return SearchValues.Create([.. values]);
    }

    private readonly struct Step(StepKind kind, byte value = 0, SearchValues<byte>? set = null)
    {
        public StepKind Kind => kind;

        public bool Takes(byte found) => kind switch
        {
            StepKind.One => found == value,
            StepKind.AnyOne => true,
            _ => set!.Contains(found),
        };
    }
}
