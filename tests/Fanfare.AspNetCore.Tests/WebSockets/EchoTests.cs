using System.Text;

namespace Fanfare.AspNetCore.Tests.WebSockets;

public sealed class EchoTests
{
    [Fact]
    public async Task A_message_comes_back_as_one_message_of_the_same_kind()
    {
        await using var host = await WebSocketHost.StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", client.ResponseHead, StringComparison.Ordinal);

        await client.SendAsync(Frame.TextMessage("hello"));
        Assert.Equal("hello", await client.ReadTextAsync());

        await client.SendAsync([.. Frame.Masked(0x02, [1, 2]), .. Frame.Ping("between"), .. Frame.Masked(0x80, [3])]);
        Assert.Equal("between", (await client.ReadAsync())!.Text);
        var binary = await client.ReadAsync();
        Assert.Equal(0x82, binary!.First);
        Assert.Equal([1, 2, 3], binary.Payload);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Messages_of_every_size_come_back_whole(bool isDirect)
    {
        await using var host = await WebSocketHost.StartAsync(options =>
        {
            options.Limits.AllowDirectWrites = isDirect;
            options.Limits.MaxMessageBytes = 16_000_000;
        });
        await using var client = await RawClient.ConnectAsync(host.Port);
        foreach (var length in new[] { 0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 1_000_000, 8_000_000 })
        {
            var sent = new byte[length];
            Random.Shared.NextBytes(sent);
            var sending = client.SendAsync(Frame.BinaryMessage(sent));
            var frame = await client.ReadAsync();
            await sending;
            Assert.True(sent.AsSpan().SequenceEqual(frame!.Payload), $"{length} bytes came back changed");
        }
    }

    [Fact]
    public async Task Bytes_that_come_one_by_one_are_one_message()
    {
        await using var host = await WebSocketHost.StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        foreach (var part in Frame.TextMessage("é€😀 in small pieces").Chunk(1))
        {
            await client.SendAsync(part);
        }

        Assert.Equal("é€😀 in small pieces", await client.ReadTextAsync());
    }

    [Fact]
    public async Task Ten_pings_in_a_row_get_ten_pongs_in_order()
    {
        await using var host = await WebSocketHost.StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        await client.SendAsync([.. Enumerable.Range(0, 10).SelectMany(static i => Frame.Ping($"payload-{i}"))]);
        for (var i = 0; i < 10; i++)
        {
            var pong = await client.ReadAsync();
            Assert.Equal(0x8A, pong!.First);
            Assert.Equal($"payload-{i}", pong.Text);
        }
    }

    [Fact]
    public async Task A_flood_of_pings_is_answered_as_far_as_it_fits_and_the_last_one_always()
    {
        await using var host = await WebSocketHost.StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        const int Count = 20_000;
        var payload = new string('p', 100);
        var flood = client.SendAsync([.. Enumerable.Range(0, Count).SelectMany(i => Frame.Ping($"{payload}{i}"))]);

        var last = -1;
        while (last < Count - 1)
        {
            var pong = await client.ReadAsync();
            var number = int.Parse(pong!.Text[100..], null);
            Assert.True(number > last);
            last = number;
        }

        await flood;
    }

    [Fact]
    public async Task Our_pings_are_answered_to_the_handler()
    {
        var answered = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await WebSocketHost.StartAsync(accept: peer => new EchoHandler(peer) { PongTaken = answered.SetResult });
        await using var client = await RawClient.ConnectAsync(host.Port);
        host.NextHandler().Peer.Ping("there?"u8);

        var ping = await client.ReadAsync();
        Assert.Equal(0x89, ping!.First);
        await client.SendAsync(Frame.Pong(ping.Payload));
        Assert.Equal("there?", await answered.Task.InTime());
    }

    [Fact]
    public async Task Reading_pauses_and_goes_on_without_loss()
    {
        var isResumed = false;
        await using var host = await WebSocketHost.StartAsync(accept: peer => new EchoHandler(peer)
        {
            TextTaken = (handler, text) =>
            {
                if (text == "pause")
                {
                    handler.Peer.PauseReading();
                }

                handler.Peer.SendText(Encoding.UTF8.GetBytes($"{text} {Volatile.Read(ref isResumed)}"));
            },
        });
        await using var client = await RawClient.ConnectAsync(host.Port);
        await client.SendAsync(Frame.TextMessage("pause"));
        Assert.Equal("pause False", await client.ReadTextAsync());

        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync(Frame.TextMessage($"{i}"));
        }

        Volatile.Write(ref isResumed, true);
        host.NextHandler().Peer.ResumeReading();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"{i} True", await client.ReadTextAsync());
        }
    }
}
