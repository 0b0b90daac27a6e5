namespace Fanfare.Testing;

/// <summary>The messages of one publisher in one room, in their order.</summary>
internal sealed class LedgerLine
{
    private readonly Dictionary<long, int> _places;

    public LedgerLine(IEnumerable<Publication> publications)
    {
        Publications = [.. publications.OrderBy(static publication => publication.Sequence)];
        _places = new Dictionary<long, int>(Publications.Length);
        for (var place = 0; place < Publications.Length; place++)
        {
            Assert.True(_places.TryAdd(Publications[place].Sequence, place), $"{Publications[place].Room}: {Publications[place].Sequence} was published twice; the test is wrong.");
        }
    }

    public Publication[] Publications { get; }

    /// <summary>Where a message stands among them; -1 when there is none of that sequence.</summary>
    public int PlaceOf(long sequence) => _places.GetValueOrDefault(sequence, -1);
}
