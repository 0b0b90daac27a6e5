using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Fanfare.Chat.Tests;

/// <summary>A connection on which no request comes, or half of one, is not held for long.</summary>
public sealed class HeaderTimeoutTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Fact]
    public void The_head_of_a_request_may_take_10_seconds() =>
        Assert.Equal(TimeSpan.FromSeconds(10), shared.Server.Get<IOptions<KestrelServerOptions>>().Value.Limits.RequestHeadersTimeout);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("GET /api/rooms HTTP/1.1\r\nHost: loc", "HTTP/1.1 408 ")]
    [InlineData("", "")]
    public async Task A_client_that_goes_no_further_is_cut(string sent, string answer)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(shared.Server.Url.Host, shared.Server.Url.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(sent), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream);
        var heard = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.StartsWith(answer, heard, StringComparison.Ordinal);
    }
}
