using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class ProtocolTests
{
    [Theory]
    [InlineData(HttpProtocols.Http1, true)]
    [InlineData(HttpProtocols.Http2, true)]
    [InlineData(HttpProtocols.Http2, false)]
    public async Task Streams_live_resume_and_end_on_every_version_of_http(HttpProtocols protocols, bool isSecure)
    {
        await using var host = await StreamHost.StartAsync(protocols: protocols, isSecure: isSecure);
        var version = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        string since;
        await using (var first = await OpenAsync(host, version, null))
        {
            Assert.Equal(version, first.Response.Version);
            Assert.Equal("connected", (await first.NextAsync()).Name);
            await host.Main.To("open").EmitAsync("n", new string('x', 200_000));
            since = (await first.NextAsync()).LastEventId;
        }

        await host.WhenEmptyAsync();
        for (var i = 0; i < 400; i++)
        {
            await host.Main.To("open").EmitAsync("n", i);
        }

        await using var second = await OpenAsync(host, version, since);
        await second.NextAsync();
        Assert.Equal(Enumerable.Range(0, 400).Select(static i => $"{i}"), (await second.TakeAsync(400)).Select(static found => found.Data));
        Assert.False(host.Main.Connections.Cast<StreamConnection>().Single().IsDirect);
        await host.Main.DisconnectUserAsync("ann");
        Assert.True(await second.WhenEndedAsync());
        await host.WhenEmptyAsync();
    }

    [Fact]
    public async Task Many_streams_of_one_http2_connection_end_one_by_one()
    {
        await using var host = await StreamHost.StartAsync(protocols: HttpProtocols.Http2, isSecure: true);
        using var http = EventReader.NewClient();
        var responses = new List<HttpResponseMessage>();
        for (var i = 0; i < 50; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(host.Address, $"/events/rooms/open-{i}"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Add("Authorization", $"Bearer user:u{i}");
            responses.Add(await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).Within(Timeouts.Default));
        }

        Assert.Equal(50, host.Main.ConnectionCount);
        foreach (var response in responses[..49])
        {
            response.Dispose();
        }

        var start = TimeProvider.System.GetTimestamp();
        while (host.Main.ConnectionCount > 1)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Timeouts.Default);
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        Assert.Equal("u49", host.Main.Connections.Single().User.Id);
        responses[49].Dispose();
        await host.WhenEmptyAsync();
    }

    [Fact]
    public async Task An_old_client_without_chunks_reads_the_text_until_the_connection_ends()
    {
        await using var host = await StreamHost.StartAsync();
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();
        await stream.WriteAsync("GET /events/rooms/open HTTP/1.0\r\nAuthorization: Bearer user:ann\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var text = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 200", await text.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default), StringComparison.Ordinal);
        while (await text.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().Within(Timeouts.Default) is not "event: connected")
        {
        }

        await host.Main.To("open").EmitAsync("n", 1);
        await host.Main.DisconnectUserAsync("ann");
        var rest = await text.ReadToEndAsync(TestContext.Current.CancellationToken).Within(Timeouts.Default);

        Assert.EndsWith("event: n\ndata: 1\n\n", rest, StringComparison.Ordinal);
    }

    private static Task<EventReader> OpenAsync(StreamHost host, Version version, string? since) =>
        EventReader.OpenAsync(new Uri(host.Address, "/events/rooms/open"), "user:ann", since, version);
}
