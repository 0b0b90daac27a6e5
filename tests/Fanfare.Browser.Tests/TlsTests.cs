namespace Fanfare.Browser.Tests;

public sealed class TlsTests(Chromium chromium)
{
    [Theory]
    [InlineData("Http1AndHttp2", "h2", 200)]
    [InlineData("Http1", "http/1.1", 101)]
    public async Task Over_tls_the_browser_opens_its_websocket_by_the_version_that_the_server_offers(string protocols, string version, int status)
    {
        using var certificate = new TestCertificate();
        await using var chat = await ChatProcess.StartAsync(
            "https",
            $"--Kestrel:EndpointDefaults:Protocols={protocols}",
            $"--Kestrel:Certificates:Default:Path={certificate.Certificate}",
            $"--Kestrel:Certificates:Default:KeyPath={certificate.Key}");
        await using var anns = await chromium.VisitAsync(chat.Url);
        var ann = anns.Page;
        var answered = new TaskCompletionSource<int>();
        var network = await ann.Tab.Context.NewCDPSessionAsync(ann.Tab);
        network.Event("Network.webSocketHandshakeResponseReceived").OnEvent += (_, data) =>
            answered.TrySetResult(data?.GetProperty("response").GetProperty("status").GetInt32() ?? 0);
        await network.SendAsync("Network.enable");

        await ann.RegisterAsync("Ann");
        Assert.Equal(version, await ann.HttpVersionAsync());
        Assert.Equal(status, await answered.Task.InTime());
        await ann.CreateRoomAsync("Vault");
        string[] texts = [.. Enumerable.Range(0, 20).Select(number => $"sealed {number:00}")];
        foreach (var text in texts)
        {
            await ann.SayAsync(text);
        }

        await ann.ExpectMessagesAsync(texts);
        await ann.Tab.ReloadAsync();
        await ann.ExpectMessagesAsync(texts);
        ann.ExpectQuiet();
    }
}
