namespace Fanfare;

/// <summary>What a subscription is about: one channel by its name, or every channel that fits a pattern. Immutable; safe to share.</summary>
/// <remarks>A name is never taken for a pattern: the channel <c>room:*</c> is one channel.</remarks>
public sealed class BusTopic
{
    private readonly GlobPattern? _pattern;

    private BusTopic(string text, GlobPattern? pattern)
    {
        Text = text;
        _pattern = pattern;
    }

    /// <summary>The channel's name or the pattern.</summary>
    public string Text { get; }

    /// <summary>Whether it is a pattern.</summary>
    public bool IsPattern => _pattern is not null;

    /// <summary>The channel of exactly this name.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static BusTopic Channel(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new BusTopic(name, pattern: null);
    }

    /// <summary>Every channel whose name fits the pattern, read as <see cref="GlobPattern"/> says.</summary>
    /// <exception cref="ArgumentException">The pattern is empty: no channel fits it.</exception>
    public static BusTopic Pattern(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        return new BusTopic(pattern, GlobPattern.Parse(pattern));
    }

    /// <summary>Whether events of this channel belong to it.</summary>
    public bool Includes(string channel) => _pattern is null ? Text == channel : _pattern.IsMatch(channel);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
