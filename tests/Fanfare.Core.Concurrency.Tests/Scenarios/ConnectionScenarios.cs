using Fanfare.Core.Concurrency.Tests.Stages;

namespace Fanfare.Core.Concurrency.Tests.Scenarios;

/// <summary>The state of one connection: its handlers, its end, its acks, its deadlines.</summary>
internal static class ConnectionScenarios
{
    private const string Room = Stage.Room;

    public static IEnumerable<Scenario> All =>
    [
        new("handlers, and end", Handlers),
        new("handlers that hang", HangingHandlers),
        new("reading pauses", Pauses),
        new("ended by several", EndedBySeveral),
        new("acks of the client", Acks),
        new("acks of a broadcast", BroadcastAcks),
        new("expiry, renewed", Expiry),
        new("outgoing listeners", OutgoingListeners),
        new("resuming from a handler", ResumeFromHandler),
        new("rooms of a middleware", EarlyRooms),
        new("put into a room, and enter", JoinAndEnter),
        new("in and out of a room", InAndOut),
    ];

    /// <summary>Handlers run one at a time, in order, and the end comes once, behind those of what came before.</summary>
    private static void Handlers()
    {
        var stage = new Stage();
        var log = new List<string>();
        stage.Main.On("e", async context =>
        {
            var text = context.Arguments.Get<int>(0);
            log.Add($"begin {text}");
            if (text % 2 == 1)
            {
                await Task.Yield();
            }

            log.Add($"end {text}");
            context.Ack();
        });
        var client = stage.Enter("first");
        client.OnDisconnecting(_ => log.Add("disconnecting"));
        client.OnDisconnect(_ => log.Add("disconnect"));
        Stage.Run(
            () =>
            {
                for (var i = 0; i < 4; i++)
                {
                    client.Receive(new Message("e", Arguments.Of(i)), new AckTicket(i));
                }
            },
            () => client.Leave(CloseReason.TransportClose),
            () => stage.Publish(1, User.RoomOf("u")));
        client.Completion.Wait();
        var handled = (log.Count - 2) / 2;
        var expected = Enumerable.Range(0, handled).SelectMany(static i => new[] { $"begin {i}", $"end {i}" });
        Assert.Equal([.. expected, "disconnecting", "disconnect"], log);
        stage.End(client);
    }

    /// <summary>A handler that returns when its time is up is followed by the next one once, and its ack is sent once.</summary>
    private static void HangingHandlers()
    {
        var stage = new Stage(static options => options.Limits.HandlerTimeout = TimeSpan.FromSeconds(1));
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handled = new List<int>();
        var finished = 0;
        var done = new TaskCompletionSource();
        stage.Main.On("e", async context =>
        {
            handled.Add(context.Arguments.Get<int>(0));
            await hangs.Task;
            context.Ack();
            if (Interlocked.Increment(ref finished) == 3)
            {
                done.TrySetResult();
            }
        });
        var client = stage.Enter("first");
        for (var i = 0; i < 3; i++)
        {
            client.Receive(new Message("e", Arguments.Of(i)), new AckTicket(i));
        }

        Stage.Run(
            () => stage.Clock.Advance(TimeSpan.FromSeconds(1.1)),
            () => hangs.SetResult());
        done.Task.Wait();
        ThreadPool.WaitUntilIdle();
        Assert.Equal([0, 1, 2], handled);
        Assert.Equal(3, client.Frames.Count);
        Assert.Equal(["0", "1", "2"], client.Frames.Select(static text => text.Split(' ')[1]).Order());
        stage.End(client);
    }

    /// <summary>Reading is stopped and goes on by turns, and is not stopped at the end.</summary>
    private static void Pauses()
    {
        var stage = new Stage(static options => options.Limits.MaxWaitingEvents = 2);
        stage.Main.On("e", static async _ => await Task.Yield());
        var client = stage.Enter("first");
        Stage.Run(
            () =>
            {
                for (var i = 0; i < 5; i++)
                {
                    client.Receive(new Message("e", Arguments.Empty));
                }
            },
            () => client.OnAny(static _ => ValueTask.CompletedTask));
        client.Leave(CloseReason.TransportClose);
        client.Completion.Wait();
        Assert.Equal(Enumerable.Range(0, client.Pauses.Count).Select(static i => i % 2 == 0), client.Pauses);
        Assert.True(client.Pauses.Count % 2 == 0, "Reading is stopped although nothing waits.");
        stage.End(client);
    }

    /// <summary>However many end it, it ends once, for one reason, and is in no room.</summary>
    private static void EndedBySeveral()
    {
        var stage = new Stage();
        var ends = 0;
        var reasons = new List<CloseReason>();
        stage.Main.Ended += (_, reason) => reasons.Add(reason);
        var client = stage.Enter("first");
        client.OnDisconnect(reason => reasons.Add(reason));
        Stage.Wait(client.JoinAsync(Room));
        Stage.Run(
            () => Interlocked.Add(ref ends, client.Leave(CloseReason.TransportClose) ? 1 : 0),
            () => Interlocked.Add(ref ends, client.Leave(CloseReason.PingTimeout) ? 1 : 0),
            () => Stage.Wait(stage.Main.DisconnectUserAsync("u")),
            () => Stage.Wait(client.JoinAsync(Stage.OtherRoom)));
        Assert.InRange(ends, 0, 1);
        Assert.Equal(2, reasons.Count);
        Assert.Same(reasons[0], reasons[1]);
        Assert.Empty(client.Rooms);
        stage.End(client);
    }

    /// <summary>An ack counts once, whoever brings it, and not after the wait for it is over.</summary>
    private static void Acks()
    {
        var stage = new Stage();
        var client = stage.Enter("first");
        var answers = 0;
        client.ExpectAck(1, _ => Interlocked.Increment(ref answers), Task.CompletedTask);
        Stage.Run(
            () => client.ReceiveAck(1, Arguments.Empty),
            () => client.ReceiveAck(1, Arguments.Empty),
            () => client.ExpectAck(2, static _ => { }, Task.CompletedTask),
            () => client.Leave(CloseReason.TransportClose));
        Assert.Equal(1, answers);
        stage.End(client);
    }

    /// <summary>An answer may come before all receivers have been asked.</summary>
    private static void BroadcastAcks()
    {
        var stage = new Stage();
        var first = stage.Enter("first");
        var second = stage.Enter("second");
        var answers = new AckCollector();
        var broadcast = new Broadcast(new Message("asked", Arguments.Empty), BroadcastTarget.Everybody, ackId: 7);
        Stage.Run(
            () =>
            {
                stage.Main.Deliver(broadcast, answers);
                answers.Seal();
            },
            () => Answer(first),
            () => Answer(second));
        // Who was asked before it looked has answered; the others do now.
        Answer(first);
        Answer(second);
        Assert.True(answers.Completion.IsCompletedSuccessfully);
        Assert.Equal(2, answers.Answers().Count);
        stage.End(first, second);

        static void Answer(Client client) => client.ReceiveAck(7, Arguments.Empty);
    }

    /// <summary>A proof that is renewed when it is about to run out counts, and so does its own end.</summary>
    private static void Expiry()
    {
        var stage = new Stage();
        var start = stage.Clock.GetUtcNow();
        var client = stage.Enter("first", new User("u", start + TimeSpan.FromSeconds(1)));
        Stage.Run(
            () => stage.Clock.Advance(TimeSpan.FromSeconds(1.1)),
            () => client.RenewUser(new User("u", start + TimeSpan.FromSeconds(5))));
        if (!client.IsClosed)
        {
            Stage.Run(() => stage.Clock.Advance(TimeSpan.FromSeconds(3)));
            Assert.False(client.IsClosed, "It ended before its time.");
            // Late by what the clock was moved on while the deadline was set.
            Stage.Run(() => stage.Clock.Advance(TimeSpan.FromSeconds(3)));
        }

        Assert.Equal(1, client.Expiries);
        stage.End(client);
    }

    /// <summary>Who listens to what is sent hears it in the order in which it is sent.</summary>
    private static void OutgoingListeners()
    {
        var stage = new Stage();
        var heard = new List<int>();
        var client = stage.Enter("first");
        client.OnAnyOutgoing(message => heard.Add(message.Arguments.Get<int>(0)));
        Stage.Run(
            () => Speak(1),
            () => Speak(2),
            () => client.Receive(new Message("unknown", Arguments.Empty)));
        Assert.Equal(2, heard.Count);
        Assert.Equal(heard.Select(static number => $"n{number}"), client.Frames);
        stage.End(client);

        void Speak(int number) => stage.Main.Transient.EmitAsync($"n{number}", Arguments.Of(number)).AsTask().Wait();
    }

    /// <summary>A handler resumes a room while others speak there.</summary>
    private static void ResumeFromHandler()
    {
        var stage = new Stage(outbox: new OutboxLimits { MaxCount = 8 });
        var since = stage.Position;
        var done = new TaskCompletionSource();
        stage.Main.On("resume", async context =>
        {
            await context.Connection.ResumeAsync(Room, since);
            done.SetResult();
        });
        var client = stage.Enter("first");
        stage.Publish(2, Room);
        Stage.Run(
            () => client.Receive(new Message("resume", Arguments.Empty)),
            () => stage.Publish(2, Room),
            () => client.Receive(new Message("unknown", Arguments.Empty)));
        done.Task.Wait();
        ThreadPool.WaitUntilIdle();
        Assert.Equal(stage.PublishedIn(Room), client.Positions);
        stage.End(client);
    }

    /// <summary>Rooms that a middleware names before the connection is in are its rooms once it is, or never were.</summary>
    private static void EarlyRooms()
    {
        var stage = new Stage();
        stage.Main.Use(static async (connection, next) =>
        {
            await connection.JoinAsync(Room);
            await next();
        });
        var client = new Client(stage, "first");
        Stage.Run(
            () =>
            {
                stage.Main.PassMiddlewaresAsync(client).AsTask().Wait();
                stage.Main.Enter(client, static _ => { });
            },
            () => stage.Publish(1, Room),
            () => client.Leave(CloseReason.TransportClose));
        Assert.Equal(0, stage.Main.RoomCount);
        stage.End(client);
    }

    /// <summary>Whoever puts a connection into a room while it enters finds it there.</summary>
    private static void JoinAndEnter()
    {
        var stage = new Stage();
        var client = new Client(stage, "first");
        Stage.Run(
            () => stage.Main.Enter(client, static _ => { }),
            () => Stage.Wait(client.JoinAsync(Room)));
        Assert.True(client.IsIn(Room));
        Assert.True(stage.IsMember(client, Room));
        stage.End(client);
    }

    /// <summary>Who is told of comings and goings hears them in the order in which they were.</summary>
    private static void InAndOut()
    {
        var stage = new Stage();
        var client = stage.Enter("first");
        Stage.Run(
            () => Stage.Wait(client.JoinAsync(Room)),
            () => Stage.Wait(stage.Main.RemoveUserAsync("u", Room)),
            () => Stage.Wait(stage.Main.JoinAsync(Room)));
        Assert.Equal(client.IsIn(Room), stage.IsMember(client, Room));
        stage.End(client);
    }
}
