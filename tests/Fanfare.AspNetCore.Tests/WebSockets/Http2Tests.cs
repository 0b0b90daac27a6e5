using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Fanfare.AspNetCore.Tests.WebSockets;

/// <summary>RFC 8441: WebSockets as HTTP/2 streams, as browsers open them over TLS.</summary>
public sealed class Http2Tests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_talk_over_http2(bool isTls)
    {
        using var certificate = TestCertificate.Create();
        await using var host = await WebSocketHost.StartAsync(listen: options =>
        {
            options.Protocols = HttpProtocols.Http2;
            if (isTls)
            {
                options.UseHttps(certificate);
            }
        });
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = TestCertificate.ClientOptions,
        });
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        client.Options.AddSubProtocol("chat");
        client.Options.AddSubProtocol("other");
        await client.ConnectAsync(new Uri($"{(isTls ? "wss" : "ws")}://localhost:{host.Port}/echo"), invoker, TestContext.Current.CancellationToken).InTime();
        Assert.Equal("chat", client.SubProtocol);

        foreach (var length in new[] { 0, 5, 70_000, 900_000 })
        {
            var sent = new string('x', length);
            await client.SendAsync(Encoding.UTF8.GetBytes(sent), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken).InTime();
            Assert.Equal(sent, await ReadAsync(client));
        }

        var handler = host.NextHandler();
        Assert.False(handler.Peer.IsDirect);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", TestContext.Current.CancellationToken).InTime();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
        Assert.Equal(new WebSocketEnd(WebSocketEndKind.ClosedByPeer, 1000, "bye"), await handler.End.InTime());
    }

    [Fact]
    public async Task A_client_that_resets_its_stream_is_an_aborted_end()
    {
        await using var host = await WebSocketHost.StartAsync(listen: static options => options.Protocols = HttpProtocols.Http2);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var client = new ClientWebSocket();
        client.Options.HttpVersion = HttpVersion.Version20;
        client.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await client.ConnectAsync(new Uri($"ws://localhost:{host.Port}/echo"), invoker, TestContext.Current.CancellationToken).InTime();

        client.Abort();

        Assert.Equal(WebSocketEndKind.Aborted, (await host.NextHandler().End.InTime()).Kind);
    }

    private static async Task<string> ReadAsync(ClientWebSocket client)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).InTime();
            message.Write(buffer, 0, read.Count);
            if (read.EndOfMessage)
            {
                return Encoding.UTF8.GetString(message.ToArray());
            }
        }
    }
}
