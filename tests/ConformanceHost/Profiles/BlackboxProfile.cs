using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConformanceHost.Values;
using Fanfare;

namespace ConformanceHost.Profiles;

/// <summary>Profile <c>blackbox</c>: namespaces with control events, and some with one peculiarity each.</summary>
internal sealed partial class BlackboxProfile(IFanfare fanfare, ControlEvents control, Background background)
{
    private static readonly object Refusal = new { code = "E401", detail = new { retry = false, list = (int[])[1, 2, 3] } };

    public void Register()
    {
        foreach (var name in (string[])["/", "/a", "/b", "/nsp with space", "/ünï", .. Enumerable.Range(0, 20).Select(i => $"/many-{i}")])
        {
            control.Register(fanfare.Of(name));
        }

        control.Register(fanfare.OfPattern(DynamicName()));
        RegisterAuth();
        RegisterChain();
        RegisterSlow();
        RegisterAuthWithoutData();
        RegisterAny();
        RegisterPacketMiddleware();
        RegisterGreet();
    }

    [GeneratedRegex(@"^/dynamic-\d+\z", RegexOptions.ECMAScript)]
    private static partial Regex DynamicName();

    private void RegisterAuth()
    {
        var auth = fanfare.Of("/auth");
        auth.Use(async (connection, next) =>
        {
            if (connection.Handshake.AuthText("token") != "secret")
            {
                throw new ConnectException("not authorized", Refusal);
            }

            connection.Data["user"] = "u1";
            await next();
        });
        control.Register(auth);
    }

    private void RegisterChain()
    {
        var chain = fanfare.Of("/chain");
        chain.Use(async (connection, next) =>
        {
            connection.Data["order"] = new JsonArray("first");
            await Task.Delay(30);
            await next();
        });
        chain.Use(async (connection, next) =>
        {
            var order = connection.Data["order"]!.AsArray();
            order.Add((JsonNode)"second");
            if (connection.Handshake.Request.QueryValue("stop") == "2")
            {
                throw new ConnectException("stopped", new { order });
            }

            await next();
        });
        control.Register(chain);
    }

    private void RegisterSlow()
    {
        var slow = fanfare.Of("/slow");
        slow.Use(async (_, next) =>
        {
            await Task.Delay(300);
            await next();
        });
        control.Register(slow);
    }

    private void RegisterAuthWithoutData() => fanfare.Of("/auth-nodata").Use((_, _) => throw new ConnectException("nope"));

    private void RegisterAny()
    {
        var any = fanfare.Of("/any");
        any.OnConnection(connection => connection.OnAny(async context => await connection.EmitAsync(
            "any",
            new ArgumentsWriter().Value(context.Event).Raw(",["u8).Splice(context.Arguments).Raw("]"u8).Done())));
        any.On("known", context => context.Ack(context.Arguments.Slice(0, 1)));
    }

    private void RegisterPacketMiddleware()
    {
        var guarded = fanfare.Of("/packet-mw");
        guarded.OnConnection(connection =>
        {
            connection.Use((context, next) =>
                context.Event == "forbidden" ? throw new ConnectException("packet rejected", new { name = "forbidden" }) : next());
            connection.OnError(error => background.Run(
                async () => await connection.EmitAsync("error-seen", error.Message, (error as ConnectException)?.Details)));
        });
        guarded.On("forbidden", async context => await context.Connection.EmitAsync("should-not-happen"));
        guarded.On("echo", async context => await context.Connection.EmitAsync("echo", context.Arguments));
    }

    private void RegisterGreet() =>
        fanfare.Of("/greet").OnConnection(async connection =>
        {
            await connection.JoinAsync("greeters");
            for (var i = 0; i < 5; i++)
            {
                await connection.EmitAsync("greet", i, connection.Id);
            }

            await connection.EmitAsync("greet-binary", new byte[] { 1, 2, 3 });
        });
}
