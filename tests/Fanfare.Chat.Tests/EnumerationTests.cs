using Fanfare.Chat.Text;
using Fanfare.Testing.Diagnostics;

namespace Fanfare.Chat.Tests;

/// <summary>A private room looks to strangers like one that is not there: by the answer, and by the time that the answer takes.</summary>
[Collection(typeof(AloneCollection))]
public sealed class EnumerationTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const int PrivateRooms = 100;

    private readonly string[] _rooms = new string[PrivateRooms];
    private int _asked;

    [Theory]
    [InlineData(200)]
    public Task Private_and_absent_rooms_have_one_answer(int pairs) => CompareAsync(pairs, compareTimes: false);

    [Theory]
    [InlineData(10_000)]
    [Trait("Category", "Long")]
    public Task Private_and_absent_rooms_take_the_same_time(int pairs) => CompareAsync(pairs, compareTimes: true);

    private async Task CompareAsync(int pairs, bool compareTimes)
    {
        using var owner = await TestUser.RegisterAsync(shared.Server);
        using var stranger = await TestUser.RegisterAsync(shared.Server);
        for (var i = 0; i < PrivateRooms; i++)
        {
            _rooms[i] = (await owner.MakeRoomAsync("Hidden", isPrivate: true)).Text("id")!;
        }

        // What is there is also in use.
        await using var insider = await ChatSocket.OpenInAsync(shared.Server, owner, _rooms[0]);
        await using var socket = await ChatSocket.OpenAsync(shared.Server, stranger);
        await using var plain = await PlainSocket.OpenAsync(shared.Server, stranger);

        var onSocketIO = await PairedTimes.MeasureAsync(pairs, async isThere =>
        {
            var ack = await socket.AskAsync("join_room", Room(isThere));
            Assert.Equal("""{"error":"Access denied"}""", ack.GetRawText());
            Assert.Equal("""{"message":"Access denied"}""", (await socket.NextAsync("error")).GetRawText());
        });
        var onPlainWire = await PairedTimes.MeasureAsync(pairs, async isThere =>
        {
            var room = Room(isThere);
            await plain.SendAsync(new { type = "join", room });
            Assert.Equal($$"""{"type":"error","code":"forbidden","message":"This room is not open to you.","room":"{{room}}"}""", (await plain.NextAsync()).GetRawText());
        });

        onSocketIO.Check("join_room on Socket.IO", compareTimes);
        onPlainWire.Check("join on the plain wire", compareTimes);
        await insider.HearsNothingAsync();
    }

    /// <summary>One of the private rooms, or a name that has the form of one.</summary>
    private string Room(bool isThere)
    {
        // The right to bytes comes with time only, which stands still.
        if (++_asked % 1000 == 0)
        {
            shared.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        return isThere ? _rooms[_asked % PrivateRooms] : Identifiers.New();
    }
}
