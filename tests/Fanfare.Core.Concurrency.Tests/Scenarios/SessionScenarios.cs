using Fanfare.Core.Concurrency.Tests.Stages;

namespace Fanfare.Core.Concurrency.Tests.Scenarios;

/// <summary>A session that another connection continues: nothing is lost between the two, and only one goes on.</summary>
internal static class SessionScenarios
{
    private const string Room = Stage.Room;

    public static IEnumerable<Scenario> All =>
    [
        new("session continued, the stale one lives", () => Continue(leavesFirst: false, successors: 1)),
        new("session continued, the stale one ends meanwhile", () => Continue(leavesFirst: false, successors: 1, static (stale, _) => stale.Leave(CloseReason.TransportClose))),
        new("session continued, the successor ends meanwhile", () => Continue(leavesFirst: false, successors: 1, static (_, successor) => successor.Leave(CloseReason.TransportClose))),
        new("lost session continued, the successor ends meanwhile", () => Continue(leavesFirst: true, successors: 1, static (_, successor) => successor.Leave(CloseReason.TransportClose))),
        new("session continued by two", () => Continue(leavesFirst: false, successors: 2)),
        new("lost session continued by two", () => Continue(leavesFirst: true, successors: 2)),
        new("session continued while its handlers return", HandlersReturn),
    ];

    /// <summary>Whether the end of the last connection is told before or after the next one comes: by what is told it is in the room once, and stays.</summary>
    private static void HandlersReturn()
    {
        var stage = new Stage(static options => options.Recovery.IsEnabled = true, new OutboxLimits { MaxCount = 8 });
        var handling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Main.On("e", async _ => await handling.Task);
        var stale = new Client(stage, "session") { IsContinued = true };
        stage.Main.Enter(stale, static _ => { });
        Stage.Wait(stale.JoinAsync(Room));
        var since = stage.Main.History.Head;
        stale.Receive(new Message("e", Arguments.Empty));
        stale.Leave(CloseReason.TransportClose);
        var client = new Client(stage, "session") { IsContinued = true };
        Stage.Run(
            () => Assert.True(TryContinue(stage, client, stale, since)),
            () => handling.SetResult(),
            () => stage.Publish(1, Room));
        stale.Completion.Wait();
        Assert.True(client.IsIn(Room));
        Assert.True(stage.IsMember(client, Room));
        Assert.Equal(stage.PublishedIn(Room), client.Positions);
        stage.End(stale, client);
    }

    private static void Continue(bool leavesFirst, int successors, Action<Client, Client>? interfere = null)
    {
        var stage = new Stage(static options => options.Recovery.IsEnabled = true, new OutboxLimits { MaxCount = 8 });
        var stale = new Client(stage, "session") { IsContinued = true };
        stage.Main.Enter(stale, static _ => { });
        stage.Main.AuthorizeRooms(static (_, _) => ValueTask.FromResult(true));
        Stage.Wait(stale.JoinAsync(Room));
        var since = stage.Main.History.Head;
        stage.Publish(2, Room);
        if (leavesFirst)
        {
            stale.Leave(CloseReason.TransportClose);
            stage.Publish(1, Room);
        }

        var clients = Enumerable.Range(0, successors).Select(_ => new Client(stage, "session") { IsContinued = true }).ToArray();
        var went = new bool[successors];
        var actions = clients.Select((client, i) => (Action)(() => went[i] = TryContinue(stage, client, stale, since)));
        Stage.Run([.. actions, () => stage.Publish(2, Room), () => interfere?.Invoke(stale, clients[0])]);
        if (interfere is null)
        {
            Assert.Equal(1, stage.Main.ConnectionCount);
        }

        // One that has continued may have been continued in its turn.
        var last = clients.Where((client, i) => went[i] && !client.IsClosed).ToArray();
        Assert.Equal(stage.Main.ConnectionCount, last.Length + (stale.IsClosed ? 0 : 1));
        Assert.All(clients.Where((_, i) => !went[i]), static client => Assert.Empty(client.Frames));
        Assert.All([stale, .. clients], client => Assert.Equal(stage.PublishedIn(Room).Take(client.Positions.Length), client.Positions));
        Assert.All(last, client =>
        {
            Assert.Single(client.Frames, "continued");
            Assert.Equal(stage.PublishedIn(Room), client.Positions);
        });

        // Whose connections have all ended is kept with its rooms.
        var next = new Client(stage, "session") { IsContinued = true };
        if (stage.Main.ConnectionCount == 0)
        {
            Stage.Run(() => Assert.True(TryContinue(stage, next, stale, since)));
            Assert.Equal(stage.PublishedIn(Room), next.Positions);
        }

        stage.End([stale, .. clients, next]);
    }

    private static bool TryContinue(Stage stage, Client client, Client stale, EventId since)
    {
        var found = stage.Main.FindContinuationAsync(client.User, stale.SessionSecret, since.ToString()).AsTask().Result;
        return found is not null
            && stage.Main.TryContinueAsync(client, found, () => client.Answer("continued")).AsTask().Result;
    }
}
