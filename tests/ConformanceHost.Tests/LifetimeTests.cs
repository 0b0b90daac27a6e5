using System.Net;

namespace ConformanceHost.Tests;

public sealed class LifetimeTests
{
    [Theory]
    [InlineData("engine", "/engine.io/")]
    [InlineData("engine-client", "/engine.io/")]
    [InlineData("protocol", "/socket.io/")]
    [InlineData("client", "/socket.io/")]
    [InlineData("blackbox", "/socket.io/")]
    [InlineData("bench", "/socket.io/")]
    public async Task A_profile_serves_its_path_and_nothing_else_until_it_is_told_to_end(string profile, string path)
    {
        using var host = HostProcess.Start("--urls", "http://127.0.0.1:0", "--Profile", profile);
        using var client = new HttpClient { BaseAddress = await host.AddressAsync() };
        var cancellationToken = TestContext.Current.CancellationToken;

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz", cancellationToken)).StatusCode);
        Assert.StartsWith("0{\"sid\":", await client.GetStringAsync($"{path}?EIO=4&transport=polling", cancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/other", cancellationToken)).StatusCode);
        Assert.Equal("[]", await client.GetStringAsync("/control/log?since=0", cancellationToken));

        await host.TerminateAsync();

        Assert.Equal(0, (await host.EndAsync()).ExitCode);
    }
}
