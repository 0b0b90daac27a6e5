namespace Fanfare.Core.Tests.Ledgers;

internal enum StepKind
{
    Publish,
    Connect,
    Join,
    Leave,
    Disconnect,
    Gap,
    Receive,
}

/// <summary>One thing that happens in a run whose books are kept.</summary>
internal sealed record Step(StepKind Kind, string Reader, string Room, long Sequence = 0, bool Resumes = false)
{
    public string Content { get; init; } = $"{Room} says {Sequence}";

    public string Cursor { get; init; } = $"{Room}-{Sequence}";
}
