using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class PublishTests
{
    [Fact]
    public async Task What_is_published_reaches_its_rooms_and_answers_its_cursor()
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await host.ReadAsync();
        await using var user = await host.ReadAsync("/events/user");

        var (status, body) = await PublishAsync(host, """{"rooms":["open","user:ann"],"event":"news","data":{"a": [1,2]}}""");

        var found = await reader.NextAsync();
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal($$"""{"cursor":"{{found.LastEventId}}"}""", body);
        Assert.Equal(("news", """{"a": [1,2]}"""), (found.Name, found.Data));
        Assert.Equal("news", (await user.NextAsync()).Name);
    }

    private static async Task<(HttpStatusCode Status, string Body)> PublishAsync(StreamHost host, string json, string? token = "user:backend")
    {
        using var http = EventReader.NewClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/publish")) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken).Within(Timeouts.Default);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
