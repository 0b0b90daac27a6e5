using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace Fanfare.AspNetCore.Tests.WebSockets;

public sealed class UpgradeTests
{
    [Theory]
    [InlineData("GET", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "426")]
    [InlineData("GET", "Sec-WebSocket-Version: 13\r\n", "", "426")]
    [InlineData("GET", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "400")]
    [InlineData("GET", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZQ==", "400")]
    [InlineData("GET", "dGhlIHNhbXBsZSBub25jZQ==", "????????????????????????", "400")]
    [InlineData("GET", "Upgrade: websocket", "Upgrade: h2c", "400")]
    [InlineData("GET", "Upgrade: websocket\r\n", "", "400")]
    [InlineData("GET", "Connection: keep-alive, Upgrade", "Connection: keep-alive", "400")]
    [InlineData("POST", "Host: localhost", "Host: localhost", "400")]
    public async Task A_bad_request_is_refused_before_the_handshake(string method, string from, string to, string status)
    {
        await using var host = await WebSocketHost.StartAsync();
        var request = method + RawClient.UpgradeRequest().Replace(from, to, StringComparison.Ordinal)[3..];
        await using var client = await RawClient.ConnectAsync(host.Port, Encoding.ASCII.GetBytes(request));

        Assert.StartsWith($"HTTP/1.1 {status} ", client.ResponseHead, StringComparison.Ordinal);
        Assert.Equal(status == "426", client.ResponseHead.Contains("Sec-WebSocket-Version: 13\r\n", StringComparison.Ordinal));
        Assert.Contains("Connection: close\r\n", client.ResponseHead, StringComparison.Ordinal);
        await client.ReadToEndAsync();
    }

    [Fact]
    public async Task The_first_offered_protocol_is_answered_and_no_extension()
    {
        await using var host = await WebSocketHost.StartAsync();
        var request = RawClient.UpgradeRequest(extra: "Sec-WebSocket-Protocol: one, two\r\nSec-WebSocket-Protocol: three\r\nSec-WebSocket-Extensions: permessage-deflate\r\n");
        await using var client = await RawClient.ConnectAsync(host.Port, Encoding.ASCII.GetBytes(request));

        Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Protocol: one\r\n", client.ResponseHead, StringComparison.Ordinal);
        Assert.DoesNotContain("Extensions", client.ResponseHead, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Header_names_and_tokens_are_compared_without_case()
    {
        await using var host = await WebSocketHost.StartAsync();
        var request = RawClient.UpgradeRequest()
            .Replace("Upgrade: websocket", "upgrade: WebSocket", StringComparison.Ordinal)
            .Replace("keep-alive, Upgrade", "UPGRADE", StringComparison.Ordinal);
        await using var client = await RawClient.ConnectAsync(host.Port, Encoding.ASCII.GetBytes(request));
        Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_connection_is_written_directly_and_one_wrapped_by_a_middleware_never()
    {
        await using var plain = await WebSocketHost.StartAsync();
        Assert.Equal(OperatingSystem.IsLinux(), await IsDirectAsync(plain));

        await using var logged = await WebSocketHost.StartAsync(listen: static options => options.UseConnectionLogging());
        Assert.False(await IsDirectAsync(logged));

        await using var wrapped = await WebSocketHost.StartAsync(listen: static options => options.Use(next => context =>
        {
            context.Transport = new WrappedPipe(context.Transport);
            return next(context);
        }));
        Assert.False(await IsDirectAsync(wrapped));

        await using var refused = await WebSocketHost.StartAsync(static options => options.Limits.AllowDirectWrites = false);
        Assert.False(await IsDirectAsync(refused));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("plain", true)]
    [InlineData("Gr\u00fc\u00dfe", false)]
    public async Task A_head_whose_length_cannot_be_told_keeps_the_frames_on_the_stream(string? header, bool isDirect)
    {
        await using var host = await WebSocketHost.StartAsync(
            services: static services => services.Configure<KestrelServerOptions>(static kestrel => kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.UTF8),
            map: app => app.Use((context, next) =>
            {
                context.Response.Headers["X-Added"] = new StringValues([header, "second"]);
                return next(context);
            }));

        Assert.Equal(isDirect && OperatingSystem.IsLinux(), await IsDirectAsync(host));
    }

    [Fact]
    public async Task Under_tls_frames_go_through_the_stream()
    {
        using var certificate = TestCertificate.Create();
        await using var host = await WebSocketHost.StartAsync(listen: options => options.UseHttps(certificate));
        await using var client = await RawClient.ConnectAsync(host.Port, wrap: TestCertificate.AuthenticateAsync);
        await client.SendAsync(Frame.TextMessage("one"));
        Assert.Equal("one", await client.ReadTextAsync());
        await client.SendAsync(Frame.TextMessage("two"));
        Assert.Equal("two", await client.ReadTextAsync());
        Assert.False(host.NextHandler().Peer.IsDirect);

        await client.SendAsync(Frame.Close(1000));
        Assert.Equal(1000, (await client.ReadAsync())!.CloseCode);
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task Frames_sent_along_with_the_request_are_answered_behind_the_101()
    {
        await using var host = await WebSocketHost.StartAsync();
        for (var i = 0; i < 200; i++)
        {
            byte[] request = [.. Encoding.ASCII.GetBytes(RawClient.UpgradeRequest()), .. Frame.TextMessage("early")];
            await using var client = await RawClient.ConnectAsync(host.Port, request);
            Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
            Assert.Equal("early", await client.ReadTextAsync());
        }
    }

    private static async Task<bool> IsDirectAsync(WebSocketHost host)
    {
        await using var client = await RawClient.ConnectAsync(host.Port);
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(Frame.TextMessage("hello"));
            Assert.Equal("hello", await client.ReadTextAsync());
        }

        return host.NextHandler().Peer.IsDirect;
    }

    private sealed class WrappedPipe(System.IO.Pipelines.IDuplexPipe inner) : System.IO.Pipelines.IDuplexPipe
    {
        public System.IO.Pipelines.PipeReader Input => inner.Input;

        public System.IO.Pipelines.PipeWriter Output => inner.Output;
    }
}
