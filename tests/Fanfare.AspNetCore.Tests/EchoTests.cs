namespace Fanfare.AspNetCore.Tests;

public sealed class EchoTests
{
    [Fact]
    public async Task A_text_message_comes_back_as_one_text_frame()
    {
        await using var host = await WebSocketHost.StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);
        Assert.StartsWith("HTTP/1.1 101 ", client.ResponseHead, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", client.ResponseHead, StringComparison.Ordinal);

        await client.SendAsync(Frame.TextMessage("hello"));

        Assert.Equal("hello", await client.ReadTextAsync());
    }

    [Fact]
    public async Task A_close_is_answered_with_the_same_code_and_ends_the_connection()
    {
        await using var host = await WebSocketHost.StartAsync();
        await using var client = await RawClient.ConnectAsync(host.Port);

        await client.SendAsync(Frame.Close(4001, "bye"));

        Assert.Equal(4001, (await client.ReadAsync())!.CloseCode);
        Assert.Null(await client.ReadAsync());
        Assert.Equal(new WebSocketEnd(WebSocketEndKind.ClosedByPeer, 4001, "bye"), await host.NextHandler().End.InTime());
    }
}
