using System.Text.Json.Nodes;
using ConformanceHost.Control;
using ConformanceHost.Settings;
using ConformanceHost.Values;
using Fanfare;
using Fanfare.SocketIO;

namespace ConformanceHost.Profiles;

/// <summary>The events by which a tester makes the server do what an application could.</summary>
internal sealed class ControlEvents(IFanfare fanfare, HostSettings settings, EventLog log, Background background)
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private const int MaxBurst = 100_000;

    public void Register(NamespaceSetup @namespace)
    {
        log.Watch(@namespace);
        RegisterPlain(@namespace);
        RegisterAcks(@namespace);
        RegisterOwn(@namespace);
        RegisterTargets(@namespace);
        RegisterServerEvents(@namespace);
    }

    private static void RegisterPlain(NamespaceSetup @namespace)
    {
        @namespace.On("echo", async context =>
        {
            if (context.WantsAck)
            {
                context.Ack(context.Arguments);
            }
            else
            {
                await context.Connection.EmitAsync("echo", context.Arguments);
            }
        });
        @namespace.On("bytes", context =>
        {
            if (!context.Arguments.TryGetBinary(0, out var bytes))
            {
                context.Ack(new { error = context.Arguments.TypeAt(0) });
                return;
            }

            var sum = 0;
            foreach (var value in bytes.Span)
            {
                sum = (sum + value) & 0xFFFF;
            }

            context.Ack(new { length = bytes.Length, sum });
        });
        @namespace.On("make-bytes", context =>
        {
            var bytes = new byte[context.Arguments.NumberAt(0, MaxBytes)];
            Array.Fill(bytes, (byte)7);
            context.Ack(bytes);
        });
        @namespace.On("big", context => context.Ack(new string('x', context.Arguments.NumberAt(0, MaxBytes))));
        @namespace.On("burst", async context =>
        {
            var count = context.Arguments.NumberAt(0, MaxBurst);
            for (var i = 0; i < count; i++)
            {
                await context.Connection.EmitAsync("burst-item", i);
            }
        });
        @namespace.On("burst-binary", async context =>
        {
            var count = context.Arguments.NumberAt(0, MaxBurst);
            for (var i = 0; i < count; i++)
            {
                await context.Connection.EmitAsync("burst-binary-item", i, new byte[] { (byte)i, 1, 2 });
            }
        });
    }

    private void RegisterAcks(NamespaceSetup @namespace)
    {
        @namespace.On("ask", context => background.Run(() => AskAsync(context)));
        @namespace.On("late-ack", context => background.Run(async () =>
        {
            await Task.Delay(context.Arguments.NumberAt(0, 600_000));
            context.Ack(context.Arguments.Slice(1, 1));
        }));
        @namespace.On("twice-ack", context =>
        {
            context.Ack("first");
            context.Ack("second");
        });
        @namespace.On("no-ack", (EventContext _) => { });
    }

    private static async Task AskAsync(EventContext context)
    {
        var arguments = context.Arguments;
        try
        {
            var answer = await context.Connection.EmitWithAckAsync(
                arguments.EventAt(0), arguments.Elements(2), TimeSpan.FromMilliseconds(arguments.NumberAt(1, 600_000)));
            context.Ack(new ArgumentsWriter().Raw("{\"err\":null,\"value\":"u8).First(answer).Raw("}"u8).Done());
        }
        catch (TimeoutException timeout)
        {
            context.Ack(new { err = timeout.Message, value = (object?)null });
        }
    }

    private void RegisterOwn(NamespaceSetup @namespace)
    {
        @namespace.On("ctl:join", async context =>
        {
            await context.Connection.JoinAsync(context.Arguments.TextsAt(0));
            context.Ack(context.Connection.SortedRooms());
        });
        @namespace.On("ctl:leave", async context =>
        {
            foreach (var room in context.Arguments.TextsAt(0))
            {
                await context.Connection.LeaveAsync(room);
            }

            context.Ack(context.Connection.SortedRooms());
        });
        @namespace.On("ctl:data", context =>
        {
            if (JsonNode.Parse(context.Arguments.Count > 0 ? context.Arguments.JsonAt(0).Span : "null"u8) is JsonObject added)
            {
                foreach (var (key, value) in added)
                {
                    context.Connection.Data[key] = value?.DeepClone();
                }
            }

            context.Ack(context.Connection.Data);
        });
        @namespace.On("ctl:info", context => context.Ack(Describe(context.Connection)));
        @namespace.On("ctl:disconnect", async context => await context.Connection.DisconnectAsync(context.Arguments.FlagAt(0)));
        @namespace.On("ctl:drop", context => (context.Connection as SocketIOConnection)?.CloseEngine());
    }

    private JsonObject Describe(Connection connection) => new()
    {
        ["id"] = connection.Id,
        ["recovered"] = connection.IsRecovered,
        ["rooms"] = new JsonArray([.. connection.SortedRooms().Select(room => (JsonNode)room)]),
        ["data"] = connection.Data.DeepClone(),
        ["handshake"] = connection.Handshake.ToJson(),
        ["transport"] = connection.Transport,
        ["server"] = settings.ServerId,
        ["engineId"] = (connection as SocketIOConnection)?.EngineId,
    };

    private void RegisterTargets(NamespaceSetup @namespace)
    {
        @namespace.On("ctl:emit", context => background.Run(() => EmitAsync(context)));
        @namespace.On("ctl:sockets", async context =>
        {
            var sockets = await Select(context).FetchSocketsAsync();
            context.Ack(sockets.OrderBy(socket => socket.Id, StringComparer.Ordinal).Select(socket => new
            {
                id = socket.Id,
                rooms = socket.Rooms.Order(StringComparer.Ordinal),
                data = socket.Data,
                auth = socket.Handshake.AuthAsJson(),
                query = socket.Handshake.Request.QueryAsJson(),
            }).ToArray());
        });
        @namespace.On("ctl:sockets-join", async context =>
        {
            await Select(context).JoinAsync(context.Arguments.TextsAt(1));
            context.Ack(true);
        });
        @namespace.On("ctl:sockets-leave", async context =>
        {
            await Select(context).LeaveAsync(context.Arguments.TextsAt(1));
            context.Ack(true);
        });
        @namespace.On("ctl:sockets-disconnect", async context =>
        {
            context.Ack(true);
            await Select(context).DisconnectAsync(context.Arguments.FlagAt(1));
        });
        @namespace.On("ctl:server-emit", context => background.Run(() => ServerEmitAsync(context)));
    }

    private async Task EmitAsync(EventContext context)
    {
        var spec = new EmitSpec(context.Arguments.Element(0));
        var target = spec.Select(context.Connection, NamespaceOf(context));
        var (name, arguments) = (context.Arguments.EventAt(1), context.Arguments.Elements(2));
        if (spec.Timeout is null)
        {
            await target.EmitAsync(name, arguments);
            context.Ack(new { err = (string?)null, responses = (object?)null });
            return;
        }

        var acks = await target.EmitWithAckAsync(name, arguments);
        var answer = new ArgumentsWriter()
            .Raw("{\"err\":"u8)
            .Value(acks.TimedOut ? BroadcastAcks.TimeoutMessage : null)
            .Raw(",\"responses\":["u8);
        for (var i = 0; i < acks.Responses.Count; i++)
        {
            answer.Raw(i == 0 ? ""u8 : ","u8).First(acks.Responses[i]);
        }

        context.Ack(answer.Raw("]}"u8).Done());
    }

    private async Task ServerEmitAsync(EventContext context)
    {
        var @namespace = NamespaceOf(context);
        var (name, arguments) = (context.Arguments.EventAt(0), context.Arguments.Elements(1));
        if (!context.Arguments.FlagAt(2))
        {
            await @namespace.ServerSideEmitAsync(name, arguments);
            context.Ack(new { err = (string?)null, responses = (object?)null });
            return;
        }

        try
        {
            var answers = await @namespace.ServerSideEmitWithAckAsync(name, arguments, TimeSpan.FromSeconds(5));
            var answer = new ArgumentsWriter().Raw("{\"err\":null,\"responses\":["u8);
            for (var i = 0; i < answers.Count; i++)
            {
                answer.Raw(i == 0 ? ""u8 : ","u8).First(answers[i]);
            }

            context.Ack(answer.Raw("]}"u8).Done());
        }
        catch (TimeoutException timeout)
        {
            context.Ack(new { err = timeout.Message, responses = Array.Empty<object>() });
        }
    }

    private void RegisterServerEvents(NamespaceSetup @namespace)
    {
        @namespace.OnServerEvent("test:ping", context =>
        {
            log.AddServerSide(context.NamespaceName, context.Event, context.Arguments);
            context.Ack(new ArgumentsWriter()
                .Raw("{\"server\":"u8).Value(settings.ServerId).Raw(",\"args\":["u8).Splice(context.Arguments).Raw("]}"u8).Done());
            return ValueTask.CompletedTask;
        });
        @namespace.OnServerEvent("test:silent", context =>
        {
            log.AddServerSide(context.NamespaceName, context.Event, context.Arguments);
            return ValueTask.CompletedTask;
        });
    }

    private BroadcastOperator Select(EventContext context) =>
        new EmitSpec(context.Arguments.Element(0)).Select(context.Connection, NamespaceOf(context));

    private Namespace NamespaceOf(EventContext context) => fanfare.Of(context.Connection.NamespaceName);
}
