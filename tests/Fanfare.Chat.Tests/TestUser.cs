using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Fanfare.Chat.Tests;

/// <summary>Somebody at the HTTP interface, signed in or not.</summary>
internal sealed class TestUser : IDisposable
{
    public const string Password = "correct horse";

    private static int _count;
    private readonly HttpClient _http;

    private TestUser(ChatServer server) => _http = new HttpClient { BaseAddress = server.Url };

    public JsonElement Session { get; private set; }

    public string Id => Session.GetProperty("userId").GetString()!;

    public string Name => Session.GetProperty("userName").GetString()!;

    public string AccessToken => Session.GetProperty("accessToken").GetString()!;

    public string RefreshToken => Session.GetProperty("refreshToken").GetString()!;

    /// <summary>Somebody with a name that nobody has.</summary>
    public static Task<TestUser> RegisterAsync(ChatServer server) => RegisterAsync(server, $"Somebody {Interlocked.Increment(ref _count)}");

    public static TestUser Anonymous(ChatServer server) => new(server);

    public static async Task<TestUser> RegisterAsync(ChatServer server, string name)
    {
        var user = new TestUser(server);
        using var answer = await user.PostAsync("/api/auth/register", new { name, password = Password });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        user.SignIn(await JsonOf(answer));
        return user;
    }

    /// <summary>The same user in another sign-in.</summary>
    public async Task<TestUser> SignInAgainAsync(ChatServer server)
    {
        var user = new TestUser(server);
        using var answer = await user.PostAsync("/api/auth/login", new { name = Name, password = Password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        user.SignIn(await JsonOf(answer));
        return user;
    }

    /// <summary>Gets new tokens, and uses them.</summary>
    public async Task RefreshAsync()
    {
        using var answer = await PostAsync("/api/auth/refresh", new { refreshToken = RefreshToken });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        SignIn(await JsonOf(answer));
    }

    /// <summary>Ends the sign-in.</summary>
    public async Task LogOutAsync()
    {
        using var answer = await PostAsync("/api/auth/logout", new { refreshToken = RefreshToken });
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    public void SignIn(JsonElement session)
    {
        Session = session;
        UseToken(AccessToken);
    }

    public void UseToken(string token) => _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(path, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> DeleteAsync(string path) => _http.DeleteAsync(path, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> PostAsync<T>(string path, T body) => _http.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> PutAsync<T>(string path, T body) => _http.PutAsJsonAsync(path, body, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> PostTextAsync(string path, string body, string mediaType = "application/json") => PostBytesAsync(path, Encoding.UTF8.GetBytes(body), mediaType);

    public async Task<HttpResponseMessage> PostBytesAsync(string path, byte[] body, string? mediaType = "application/json")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        return await _http.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request, TestContext.Current.CancellationToken);

    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using var answer = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await JsonOf(answer);
    }

    public async Task<JsonElement> MakeRoomAsync(string name, bool isPrivate = false)
    {
        using var answer = await PostAsync("/api/rooms", new { name, isPrivate });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await JsonOf(answer);
    }

    public async Task<JsonElement> InviteAsync(string roomId, TestUser other)
    {
        using var answer = await PostAsync($"/api/rooms/{roomId}/invitations", new { userName = other.Name });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await JsonOf(answer);
    }

    /// <summary>Makes another user a member of a room of this one.</summary>
    public async Task AdmitAsync(string roomId, TestUser other)
    {
        var invitation = await InviteAsync(roomId, other);
        using var answer = await other.PostAsync($"/api/invitations/{invitation.Text("id")}/accept", new { });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    public static async Task<JsonElement> JsonOf(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

    public void Dispose() => _http.Dispose();
}
