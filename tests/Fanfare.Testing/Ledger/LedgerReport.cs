namespace Fanfare.Testing;

/// <summary>What a check of a ledger has found.</summary>
/// <param name="Findings">Everything that is wrong.</param>
/// <param name="Published">How many messages were published.</param>
/// <param name="Received">How many messages the readers received, together.</param>
/// <param name="GapsTold">How often a reader was told of a gap. No fault, but a server that always tells one proves nothing.</param>
public sealed record LedgerReport(IReadOnlyList<LedgerFinding> Findings, long Published, long Received, long GapsTold)
{
    private const int Shown = 20;

    /// <summary>Fails the test, with the first findings, unless nothing is wrong and something was received.</summary>
    public void AssertClean()
    {
        Assert.True(Findings.Count == 0, ToString());
        Assert.True(Received > 0, "Nobody received anything, so nothing is proven.");
    }

    public override string ToString() => string.Join(
        '\n',
        Findings.Take(Shown).Select(finding => finding.ToString())
            .Prepend($"{Published} published, {Received} received, {GapsTold} gaps told, {Findings.Count} findings{(Findings.Count > Shown ? $", the first {Shown}" : string.Empty)}."));
}
