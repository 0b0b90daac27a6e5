using Fanfare.Testing;

namespace Fanfare.Journeys.Tests;

/// <summary>A message published once reaches every member whatever wire it came on; a member goes from wire to wire with the position it holds.</summary>
public sealed class JourneyTests
{
    private const string Room = "open-room";
    private const int Messages = 10_000;
    private const int Outstanding = 32;

    public static TheoryData<string> Publishers => [.. Wire.Names];

    public static TheoryData<string, string> Moves
    {
        get
        {
            var moves = new TheoryData<string, string>();
            foreach (var from in Wire.Names)
            {
                foreach (var to in Wire.Names)
                {
                    moves.Add(from, to);
                }
            }

            return moves;
        }
    }

    [Theory]
    [MemberData(nameof(Publishers))]
    public async Task What_is_said_on_one_wire_is_heard_on_all_once_and_in_order(string publisher)
    {
        await using var server = await JourneyServer.StartAsync();
        var ledger = new Ledger();
        var readers = new List<Reader>();
        foreach (var wire in Wire.Names)
        {
            var reader = new Reader(server, ledger, $"reader-{wire}", Room);
            readers.Add(reader);
            await reader.GoAsync(wire);
        }

        await PublishAsync(server, ledger, publisher);
        foreach (var reader in readers)
        {
            await reader.HeardAsync(Messages);
            await reader.DisposeAsync();
        }

        var report = ledger.Check();
        report.AssertClean();
        Assert.Equal((Messages, 3L * Messages, 0), (report.Published, report.Received, report.GapsTold));
    }

    [Theory]
    [MemberData(nameof(Moves))]
    public async Task A_reader_that_leaves_one_wire_goes_on_by_another_where_it_was(string from, string to)
    {
        await using var server = await JourneyServer.StartAsync();
        var ledger = new Ledger();
        await using var reader = new Reader(server, ledger, "wanderer", Room);
        await using var constant = new Reader(server, ledger, "constant", Room);
        await constant.GoAsync("plain");
        await reader.GoAsync(from);

        var publishing = PublishAsync(server, ledger, to);
        string[] wires = [from, to];
        for (var move = 1; move <= 8; move++)
        {
            // In the middle of the stream, and at once: some is in flight, some is missed, some comes while it is being resumed.
            await reader.HeardAsync(move * (Messages / 10));
            await reader.GoAsync(wires[move % 2]);
        }

        await publishing;
        await reader.HeardAsync(Messages);
        await constant.HeardAsync(Messages);

        var report = ledger.Check();
        report.AssertClean();
        Assert.Equal((Messages, 2L * Messages, 0), (report.Published, report.Received, report.GapsTold));
    }

    private static async Task PublishAsync(JourneyServer server, Ledger ledger, string wire)
    {
        await using var publisher = Wire.Create(wire, server.Address, "publisher", static _ => { });
        await publisher.EnterAsync("open-elsewhere", since: null);
        using var window = new SemaphoreSlim(Outstanding);
        var said = new List<Task>(Messages);
        for (var n = 1; n <= Messages; n++)
        {
            await window.WaitAsync();
            // Over HTTP several at once may overtake each other: each of the window speaks for itself.
            var lane = wire == "events" ? n % Outstanding : 0;
            said.Add(SayAsync(new Saying(Room, $"{wire}-{lane}", n, $"text {n} {new string('x', n % 50)}")));
            if (wire == "events" && n % Outstanding == 0)
            {
                await Task.WhenAll(said);
                said.Clear();
            }
        }

        await Task.WhenAll(said);

        async Task SayAsync(Saying saying)
        {
            try
            {
                var publication = ledger.Publishing(saying.Room, saying.N, saying.Text, saying.Publisher);
                ledger.Published(publication, await publisher.SayAsync(Room, saying));
            }
            finally
            {
                window.Release();
            }
        }
    }
}
