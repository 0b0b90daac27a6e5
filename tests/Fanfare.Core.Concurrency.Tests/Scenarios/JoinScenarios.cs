using Fanfare.Core.Concurrency.Tests.Stages;

namespace Fanfare.Core.Concurrency.Tests.Scenarios;

/// <summary>Who comes into a room while others speak there, leave, or end: each message once, in order, between the log and what is live.</summary>
internal static class JoinScenarios
{
    private const string Room = Stage.Room;
    private const string OtherRoom = Stage.OtherRoom;

    public static IEnumerable<Scenario> All =>
    [
        new("join", Join),
        new("join, resuming", () => Resume()),
        new("join, resuming, and end", () => Resume(static client => client.Leave(CloseReason.TransportClose))),
        new("join, resuming, and leave", () => Resume(static client => Stage.Wait(client.LeaveAsync(Room)))),
        new("join, slow reader", SlowReader),
        new("join, trimmed meanwhile", Trimmed),
        new("join, more than may wait", Overflow),
        new("join, after the archive", Middleware),
        new("release", Release),
        new("two joins at once", TwoJoins),
        new("one join of two rooms", TwoRooms),
        new("enter, catching up", CatchUp),
        new("enter, and end", EnterAndEnd),
        new("identify", Identify),
        new("acks in their places", Acks),
        new("moved by the server", Moved),
    ];

    /// <summary>Nothing before the answer, everything after it.</summary>
    private static void Join()
    {
        var stage = new Stage();
        var client = stage.Enter("first");
        stage.Publish(1, Room);
        Stage.Run(
            () => stage.Publish(2, Room),
            () => stage.Publish(1, Room),
            () => client.Join([Room], null));
        Story.Check(stage, client, since: null);
        stage.End(client);
    }

    private static void Resume(Action<Client>? interfere = null)
    {
        // Pages of two.
        var stage = new Stage(outbox: new OutboxLimits { MaxCount = 8 });
        var client = stage.Enter("first");
        var since = stage.Main.History.Head;
        stage.Publish(3, Room);
        Stage.Run(
            () => stage.Publish(2, Room),
            () => stage.Publish(1, Room),
            () => client.Join([Room], since.ToString()),
            () => interfere?.Invoke(client));
        Story.Check(stage, client, since.Sequence, isWhole: interfere is null);
        stage.End(client);
    }

    /// <summary>The wire takes one frame at a time.</summary>
    private static void SlowReader()
    {
        var stage = new Stage(outbox: new OutboxLimits { MaxCount = 12 });
        var client = new Client(stage, "first") { Capacity = 1 };
        stage.Main.Enter(client, static _ => { });
        Resume(stage, client, missed: 3, live: 2);
    }

    /// <summary>What the log drops while it is read is told, or was shown.</summary>
    private static void Trimmed()
    {
        var stage = new Stage(static options => options.History.MaxCountPerRoom = 3, new OutboxLimits { MaxCount = 8 });
        Resume(stage, stage.Enter("first"), missed: 3, live: 3);
    }

    /// <summary>Where something was lost, the connection is closed, and nothing behind the gap was sent.</summary>
    private static void Overflow()
    {
        var stage = new Stage(static options => options.Limits.MaxHeldMessages = 1, new OutboxLimits { MaxCount = 8 });
        Resume(stage, stage.Enter("first"), missed: 2, live: 3, mayEnd: true);
    }

    private static void Resume(Stage stage, Client client, int missed, int live, bool mayEnd = false)
    {
        var since = stage.Main.History.Head;
        stage.Publish(missed, Room);
        Stage.Run(
            () => stage.Publish(live, Room),
            () => client.Join([Room], since.ToString()));
        Story.Check(stage, client, since.Sequence, isWhole: !(mayEnd && client.IsClosed));
        stage.End(client);
    }

    /// <summary>The application sends what it archived, behind the replay and ahead of the answer.</summary>
    private static void Middleware()
    {
        var stage = new Stage(outbox: new OutboxLimits { MaxCount = 8 });
        stage.Main.UseJoin(static async (request, next) =>
        {
            await Task.Yield();
            await next();
            request.Send("archived", 1);
        });
        var client = stage.Enter("first");
        stage.Publish(1, Room);
        Stage.Run(
            () => stage.Publish(2, Room),
            () => stage.Publish(1, Room),
            () => client.Join([Room], null));
        Assert.Equal("archived", client.Frames[0]);
        Story.Check(stage, client, since: null);
        stage.End(client);
    }

    /// <summary>What waited comes before what is live.</summary>
    private static void Release()
    {
        var stage = new Stage();
        var client = stage.Enter("first");
        Stage.Wait(client.JoinAsync(Room));
        client.Hold();
        stage.Publish(2, Room);
        Stage.Run(
            () => stage.Publish(2, Room),
            () => Stage.Wait(client.ReleaseAsync()));
        Assert.Equal(stage.PublishedIn(Room), client.Positions);
        stage.End(client);
    }

    private static void TwoJoins()
    {
        var stage = new Stage(outbox: new OutboxLimits { MaxCount = 12 });
        var client = stage.Enter("first");
        var since = stage.Position;
        stage.Publish(2, Room);
        stage.Publish(2, OtherRoom);
        Stage.Run(
            () => stage.Publish(1, Room),
            () => stage.Publish(2, OtherRoom),
            () => client.Join([Room], since),
            () => client.Join([OtherRoom], since));
        Assert.Equal(stage.PublishedIn(Room, OtherRoom), client.Positions.Order());
        Assert.Equal(stage.PublishedIn(Room), client.Positions.Intersect(stage.PublishedIn(Room)));
        Assert.Equal(stage.PublishedIn(OtherRoom), client.Positions.Intersect(stage.PublishedIn(OtherRoom)));
        var live = Client.PositionsIn(client.Frames.Skip(client.Frames.FindLastIndex(static text => text.StartsWith("joined", StringComparison.Ordinal))));
        Assert.Equal(live.Order(), live);
        stage.End(client);
    }

    /// <summary>What goes to both rooms comes once.</summary>
    private static void TwoRooms()
    {
        var stage = new Stage(outbox: new OutboxLimits { MaxCount = 12 });
        var client = stage.Enter("first");
        var since = stage.Main.History.Head;
        stage.Publish(1, Room);
        stage.Publish(1, Room, OtherRoom);
        Stage.Run(
            () => stage.Publish(2, Room, OtherRoom),
            () => stage.Publish(1, OtherRoom),
            () => client.Join([Room, OtherRoom], since.ToString()));
        Story.Check(stage, client, since.Sequence);
        stage.End(client);
    }

    /// <summary>An event stream that comes back: in its rooms from the start, then what it missed, then what waited.</summary>
    private static void CatchUp()
    {
        var stage = new Stage(outbox: new OutboxLimits { MaxCount = 8 });
        var since = stage.Main.History.Head;
        stage.Publish(2, User.RoomOf("u"));
        var client = new Client(stage, "first");
        Stage.Run(
            () => stage.Publish(2, User.RoomOf("u")),
            () => stage.Publish(1, User.RoomOf("u")),
            () =>
            {
                var head = default(EventId);
                stage.Main.Enter(client, cursor => head = cursor, hold: true);
                var query = new HistoryQuery { Rooms = [User.RoomOf("u")], IncludesEverybody = true };
                Stage.Wait(stage.Main.CatchUpAsync(client, query, since.ToString(), head, (gap, cursor) => client.Answer(new RoomJoin("", cursor, Gap: gap))));
            });
        Story.Check(stage, client, since.Sequence);
        stage.End(client);
    }

    /// <summary>Whoever ends while it enters is not left behind in a room.</summary>
    private static void EnterAndEnd()
    {
        var stage = new Stage();
        var client = new Client(stage, "first");
        var entered = Entry.Gone;
        Stage.Run(
            () => stage.Publish(1, User.RoomOf("u")),
            () => entered = stage.Main.Enter(client, cursor => client.Answer(new RoomJoin("", cursor)), [Room]),
            () => client.Leave(CloseReason.TransportClose));
        Assert.False(client.Join(OtherRoom) && stage.Main.RoomCount > 0);
        Story.Check(stage, client, since: null, isWhole: false);
        stage.End(client);
        Assert.True(entered is Entry.Entered or Entry.Gone);
    }

    private static void Identify()
    {
        var stage = new Stage();
        var client = stage.Enter("first", User.Anonymous);
        Stage.Run(
            () => stage.Publish(2, User.RoomOf("late")),
            () => stage.Publish(1, User.RoomOf("late")),
            () => stage.Main.Identify(client, new User("late"), cursor => client.Answer(new RoomJoin("", cursor))));
        Story.Check(stage, client, since: null);
        stage.End(client);
    }

    /// <summary>The author reads its acks among what others say, where its messages have their places; and so does whoever asks for the head.</summary>
    private static void Acks()
    {
        var stage = new Stage();
        var author = stage.Enter("author");
        var reader = stage.Enter("reader");
        Stage.Wait(author.JoinAsync(Room));
        Stage.Wait(reader.JoinAsync(Room));
        Stage.Run(
            () => stage.Publish(2, Room),
            () => Speak("0"),
            () => Speak("1"),
            () => stage.Main.AnswerInOrder(cursor => author.Answer($"at {cursor.Sequence}")));
        Assert.Equal(reader.Positions, author.Positions);
        Assert.Equal(reader.Positions.Order(), reader.Positions);
        var at = author.Frames.FindIndex(static text => text.StartsWith("at ", StringComparison.Ordinal));
        Assert.Equal($"at {(at == 0 ? 0 : author.Positions[at - 1])}", author.Frames[at]);
        stage.End(author, reader);

        // The author is excepted, so that its ack is all it gets.
        void Speak(string text)
        {
            var target = BroadcastTarget.Everybody.In(Room).Without([author.Id]);
            stage.Main.Deliver(new Broadcast(new Message("said", Arguments.Of(text)), target, placed: id => author.Answer($"{id!.Value.Sequence}")));
        }
    }

    /// <summary>The server puts it into a room and takes it out again while it ends.</summary>
    private static void Moved()
    {
        var stage = new Stage();
        var client = stage.Enter("first");
        Stage.Run(
            () => Stage.Wait(stage.Main.To(User.RoomOf("u")).JoinAsync(Room, OtherRoom)),
            () => Stage.Wait(stage.Main.RemoveUserAsync("u", Room)),
            () => stage.Publish(1, Room),
            () => client.Leave(CloseReason.TransportClose));
        Assert.Equal(0, stage.Main.RoomCount);
        stage.End(client);
    }
}
