namespace Fanfare.Testing;

/// <summary>One thing that is wrong: about one message, or about a run of missing ones.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Reader">Who received it, or should have.</param>
/// <param name="Wire">The wire it was received on; of what is missing, the reader's last wire.</param>
/// <param name="Room">The room of the message.</param>
/// <param name="Publisher">Who published it; empty where a room has one publisher.</param>
/// <param name="First">The sequence of the message, or of the first that is missing.</param>
/// <param name="Last">The same as <paramref name="First"/>, or the last that is missing in a row.</param>
/// <param name="Detail">What was found.</param>
public sealed record LedgerFinding(FindingKind Kind, string Reader, string Wire, string Room, string Publisher, long First, long Last, string Detail)
{
    public override string ToString()
    {
        var which = First == Last ? $"{First}" : $"{First} to {Last}";
        var by = Publisher.Length > 0 ? $" by {Publisher}" : string.Empty;
        return $"{Kind}: {Room}{by} {which}, {Reader} on {Wire}: {Detail}";
    }
}
