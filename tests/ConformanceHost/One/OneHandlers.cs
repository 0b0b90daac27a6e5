using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConformanceHost.Values;
using Fanfare;

namespace ConformanceHost.One;

/// <summary>The handlers of <c>/one</c>, registered once for every wire.</summary>
internal static class OneHandlers
{
    public static void Register(Namespace one)
    {
        var counts = new ConcurrentDictionary<string, RoomCount>(StringComparer.Ordinal);
        one.On("join", context => JoinAsync(one, context));
        one.On("leave", async context =>
        {
            await context.Connection.LeaveAsync(context.Arguments.TextAt(0));
            context.Ack(new JsonObject { ["ok"] = true });
        });
        one.On("say", context => SayAsync(one, counts, context));
        one.On("whisper", async context =>
        {
            var whisper = Fields(context);
            if (Text(whisper, "to") is not { Length: > 0 } to)
            {
                context.Ack(Error("bad_message"));
                return;
            }

            await one.To(User.RoomOf(to)).EmitAsync(
                "whispered",
                new ArgumentsWriter().Raw("{\"from\":"u8).Value(context.Connection.User.Id).Raw(",\"text\":"u8).Member(context.Arguments, "text").Raw("}"u8).Done());
            context.Ack(new JsonObject { ["ok"] = true });
        });
    }

    private static async ValueTask JoinAsync(Namespace one, EventContext context)
    {
        var connection = context.Connection;
        if (!context.Arguments.TryGetText(0, out var room) || !RoomName.IsValid(room) || !await one.MayEnterAsync(connection.User, room))
        {
            context.Ack(Error("forbidden"));
            return;
        }

        var options = context.Arguments.Element(1);
        if (options.ValueKind == JsonValueKind.Object && options.TryGetProperty("since", out var since) && since.ValueKind != JsonValueKind.Null)
        {
            // What is no text is no cursor: that is told like any other that cannot be read.
            var join = await connection.ResumeAsync(room, since.ValueKind == JsonValueKind.String ? since.GetString()! : "");
            var answer = new JsonObject { ["ok"] = true, ["recovered"] = join.IsRecovered };
            if (join.IsRecovered == false)
            {
                answer["reason"] = join.Gap.ToWireName();
            }

            context.Ack(answer);
            return;
        }

        await connection.JoinAsync(room);
        context.Ack(new JsonObject { ["ok"] = true });
    }

    private static async ValueTask SayAsync(Namespace one, ConcurrentDictionary<string, RoomCount> counts, EventContext context)
    {
        var saying = Fields(context);
        if (Text(saying, "room") is not { } room)
        {
            context.Ack(Error("bad_message"));
            return;
        }

        if (User.OwnsRoom(room) || room == context.Connection.Id || !context.Connection.IsIn(room))
        {
            context.Ack(Error("not_joined"));
            return;
        }

        // Counted and sent under one gate, so that the numbers go out in order.
        var count = counts.GetOrAdd(room, static _ => new RoomCount());
        await count.Gate.WaitAsync();
        try
        {
            var n = ++count.Said;
            var said = new ArgumentsWriter()
                .Raw("{\"from\":"u8).Value(context.Connection.User.Id)
                .Raw(",\"room\":"u8).Value(room)
                .Raw(",\"text\":"u8).Member(context.Arguments, "text")
                .Raw(",\"n\":"u8).Value(n)
                .Raw("}"u8).Done();
            var id = await one.To(room).EmitAsync("said", said);
            context.Ack(new JsonObject { ["id"] = id?.ToString(), ["n"] = n });
        }
        finally
        {
            count.Gate.Release();
        }
    }

    private static JsonElement Fields(EventContext context) => context.Arguments.Element(0);

    private static string? Text(JsonElement fields, string name) =>
        fields.ValueKind == JsonValueKind.Object && fields.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonObject Error(string code) => new() { ["error"] = code };

    private sealed class RoomCount
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public long Said { get; set; }
    }
}
