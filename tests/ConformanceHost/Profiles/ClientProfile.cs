using System.Text;
using System.Text.Json;
using ConformanceHost.Values;
using Fanfare;

namespace ConformanceHost.Profiles;

/// <summary>Profile <c>client</c>: what the tests of the official Socket.IO client want.</summary>
internal sealed class ClientProfile(IFanfare fanfare, Background background)
{
    private static readonly byte[] Letters = Encoding.UTF8.GetBytes("asdfasdf");

    private static readonly string[] Utf8Samples = ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"];

    public void Register()
    {
        var main = fanfare.Of("/");
        main.Use((connection, next) =>
            connection.Handshake.Request.QueryValue("fail") is null ? next() : throw new ConnectException("Auth failed (main namespace)"));
        RegisterSimple(main);
        RegisterAcks(main);
        RegisterBinary(main);
        main.OnConnection(RegisterSequences);

        fanfare.Of("/no").Use((_, _) => throw new ConnectException("Auth failed (custom namespace)"));
        foreach (var name in (string[])["/timeout_socket", "/valid", "/asd"])
        {
            fanfare.Of(name);
        }

        fanfare.Of("/abc").OnConnection(async connection => await connection.EmitAsync("handshake", connection.Handshake.ToJson()));
        fanfare.Of("/foo").On("getId", context => context.Ack(context.Connection.Id));
    }

    private static void RegisterSimple(Namespace main)
    {
        main.On("hi", async context => await context.Connection.EmitAsync("hi"));
        main.On("false", async context => await context.Connection.EmitAsync("false", false));
        main.On("getDate", async context => await context.Connection.EmitAsync("takeDate", DateTimeOffset.UtcNow));
        main.On("getDateObj", async context => await context.Connection.EmitAsync("takeDateObj", new { date = DateTimeOffset.UtcNow }));
        main.On("getUtf8", async context =>
        {
            foreach (var sample in Utf8Samples)
            {
                await context.Connection.EmitAsync("takeUtf8", sample);
            }
        });
    }

    private void RegisterAcks(Namespace main)
    {
        main.On("echo", context => context.Ack(context.Arguments.Slice(0, 1)));
        main.On("getAckDate", context => context.Ack(DateTimeOffset.UtcNow));
        main.On("getHandshake", context => context.Ack(context.Connection.Handshake.ToJson()));
        main.On("getId", context => context.Ack(context.Connection.Id));
        main.On("ack", context => background.Run(async () =>
        {
            var answer = await context.Connection.EmitWithAckAsync("ack", Arguments.Empty, TimeSpan.FromMinutes(1));
            if (answer.Kind(0) == JsonValueKind.Number && answer.Element(0).TryGetInt32(out var number) && number == 5 && IsTest(answer.Element(1)))
            {
                await context.Connection.EmitAsync("got it");
            }
        }));
    }

    private static void RegisterBinary(Namespace main)
    {
        main.On("doge", async context => await context.Connection.EmitAsync("doge", Letters));
        main.On("getbin", async context => await context.Connection.EmitAsync("takebin", Letters));
        foreach (var (received, answer) in ((string, string)[])[("buffa", "buffack"), ("blob", "back")])
        {
            main.On(received, async context =>
            {
                if (context.Arguments.IsBinaryAt(0))
                {
                    await context.Connection.EmitAsync(answer);
                }
            });
        }

        foreach (var (received, answer) in ((string, string)[])[("jsonbuff", "jsonbuff-ack"), ("jsonblob", "jsonblob-ack")])
        {
            main.On(received, async context =>
            {
                if (IsGreetingWithBinary(context.Arguments.Slice(0, 1)))
                {
                    await context.Connection.EmitAsync(answer);
                }
            });
        }
    }

    /// <summary>Events that count only after another one of the same connection.</summary>
    private static void RegisterSequences(Connection connection)
    {
        var sawBuffer = false;
        connection.On("abuff1", context => sawBuffer |= context.Arguments.IsBinaryAt(0));
        connection.On("abuff2", async context =>
        {
            if (sawBuffer)
            {
                await context.Connection.EmitAsync("abuff2-ack");
            }
        });

        var step = 0;
        connection.On("blob1", context => step = context.Arguments.IsBinaryAt(0) ? 1 : 0);
        connection.On("blob2", context => step = step == 1 && context.Arguments.TextAt(0) == "second" ? 2 : 0);
        connection.On("blob3", async context =>
        {
            if (step == 2 && context.Arguments.IsBinaryAt(0))
            {
                await context.Connection.EmitAsync("blob3-ack");
            }
        });
    }

    private static bool IsTest(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("test", out var test) && test.ValueKind == JsonValueKind.True;

    private static bool IsGreetingWithBinary(Arguments arguments) =>
        arguments.HasBinary
        && arguments.Element(0) is { ValueKind: JsonValueKind.Object } greeting
        && Is(greeting, "hello", "lol")
        && Is(greeting, "goodbye", "gotcha")
        && greeting.TryGetProperty("message", out var message)
        && message.ValueKind == JsonValueKind.Null;

    private static bool Is(JsonElement element, string key, string expected) =>
        element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() == expected;
}
