using System.Net;
using System.Text.Json;

namespace Fanfare.Chat.Tests;

internal static class ProblemAssert
{
    /// <summary>The answer is a problem with this status; returns its body.</summary>
    public static async Task<JsonElement> IsAsync(HttpStatusCode status, HttpResponseMessage answer)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var body = await TestUser.JsonOf(answer);
        Assert.Equal((int)status, body.Number("status"));
        Assert.NotEmpty(body.Text("title")!);
        Assert.NotEmpty(body.Text("type")!);
        return body;
    }

    public static async Task NamesFieldAsync(string field, HttpResponseMessage answer)
    {
        var body = await IsAsync(HttpStatusCode.BadRequest, answer);
        Assert.NotEmpty(body.GetProperty("errors").GetProperty(field).EnumerateArray().First().GetString()!);
    }
}
