using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Fanfare.Chat.Tests;

/// <summary>A connection on which no request comes, or half of one, is not held for long.</summary>
public sealed class HeaderTimeoutTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_connection_on_which_nothing_comes_is_let_go_after_10_seconds()
    {
        using var mute = await ConnectAsync(shared.Server);
        using var slow = await ConnectAsync(shared.Server);
        shared.Server.Clock.Advance(TimeSpan.FromSeconds(9.9));
        await SendAsync(slow, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await HearAsync(slow), StringComparison.Ordinal);

        // When the server has begun to wait for it is not to be seen from here.
        var heard = HearAsync(mute);
        while (!heard.IsCompleted)
        {
            shared.Server.Clock.Advance(TimeSpan.FromSeconds(0.1));
            await Task.Yield();
        }

        Assert.Equal("", await heard);
    }

    [Fact]
    public async Task The_stop_of_the_server_does_not_wait_for_a_connection_on_which_nothing_comes()
    {
        await using var server = await ChatServer.StartAsync();
        using var mute = await ConnectAsync(server);
        using var next = await ConnectAsync(server);
        await SendAsync(next, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await HearAsync(next), StringComparison.Ordinal);

        // The server's clock stands: its patience with the connection never ends.
        var stop = server.StopAsync();

        Assert.Equal("", await HearAsync(mute));
        await stop;
    }

    [Fact]
    public void The_head_of_a_request_may_take_10_seconds_of_which_Kestrel_adds_one() =>
        Assert.Equal(TimeSpan.FromSeconds(9), shared.Server.Get<IOptions<KestrelServerOptions>>().Value.Limits.RequestHeadersTimeout);

    // By the clock of the web server, which no test can move.
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_client_that_sends_half_a_head_is_cut()
    {
        using var client = await ConnectAsync(shared.Server);
        await SendAsync(client, "GET /api/rooms HTTP/1.1\r\nHost: loc");
        Assert.StartsWith("HTTP/1.1 408 ", await HearAsync(client), StringComparison.Ordinal);
    }

    private static async Task<TcpClient> ConnectAsync(ChatServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Url.Host, server.Url.Port, TestContext.Current.CancellationToken);
        return client;
    }

    private static async Task SendAsync(TcpClient client, string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>All that the server sends until it closes.</summary>
    private static async Task<string> HearAsync(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }
}
