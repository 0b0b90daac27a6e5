using System.Net;
using System.Text.Json;

namespace Fanfare.Chat.Tests;

public sealed class AccountTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Fact]
    public async Task Registration_answers_a_session_that_opens_the_api()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "  Ann Ω ");

        Assert.Equal("Ann Ω", ann.Name);
        Assert.Matches("^[0-9A-Za-z_-]{1,64}$", ann.Id);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", ann.Session.Text("expiresAt"));
        Assert.Equal(5, ann.Session.EnumerateObject().Count());
        Assert.Equal(JsonValueKind.Array, (await ann.GetJsonAsync("/api/rooms")).ValueKind);
    }

    [Theory]
    [InlineData("ann")]
    [InlineData(" ANN\t")]
    [InlineData("Ａｎｎ")]
    public async Task A_name_is_taken_and_found_without_regard_to_case_and_width(string spelling)
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");

        await ProblemAssert.IsAsync(HttpStatusCode.Conflict, await ann.PostAsync("/api/auth/register", new { name = spelling, password = TestUser.Password }));
        using var login = await ann.PostAsync("/api/auth/login", new { name = spelling, password = TestUser.Password });
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        Assert.Equal("Ann", (await TestUser.JsonOf(login)).Text("userName"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\u3000")]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    [InlineData("a\u200bb")]
    [InlineData("a\u202eb")]
    [InlineData("a\u2028b")]
    public async Task A_name_that_cannot_be_seen_is_refused(string name)
    {
        using var nobody = TestUser.Anonymous(shared.Server);
        await ProblemAssert.NamesFieldAsync("name", await nobody.PostAsync("/api/auth/register", new { name, password = TestUser.Password }));
    }

    [Fact]
    public async Task Lengths_count_code_points()
    {
        await using var server = await ChatServer.StartAsync();
        using var nobody = TestUser.Anonymous(server);
        var smile = "😀";

        using var longest = await nobody.PostAsync("/api/auth/register", new { name = Repeat(smile, 32), password = Repeat(smile, 8) });
        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
        await ProblemAssert.NamesFieldAsync("name", await nobody.PostAsync("/api/auth/register", new { name = Repeat("a", 33), password = TestUser.Password }));
        await ProblemAssert.NamesFieldAsync("password", await nobody.PostAsync("/api/auth/register", new { name = "Bob", password = Repeat(smile, 7) }));
        await ProblemAssert.NamesFieldAsync("password", await nobody.PostAsync("/api/auth/register", new { name = "Bob", password = Repeat("a", 129) }));
        using var widest = await nobody.PostAsync("/api/auth/register", new { name = "Bob", password = Repeat("\0", 128) });
        Assert.Equal(HttpStatusCode.Created, widest.StatusCode);
    }

    [Fact]
    public async Task An_unknown_name_and_a_wrong_password_get_the_same_answer()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");

        var wrong = await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.PostAsync("/api/auth/login", new { name = "Ann", password = "wrong password" }));
        var unknown = await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.PostAsync("/api/auth/login", new { name = "Bob", password = TestUser.Password }));

        Assert.Equal(wrong.Text("title"), unknown.Text("title"));
        Assert.Equal(wrong.Has("detail"), unknown.Has("detail"));
    }

    [Fact]
    public async Task The_password_is_kept_as_it_is()
    {
        await using var server = await ChatServer.StartAsync();
        using var nobody = TestUser.Anonymous(server);
        using var made = await nobody.PostAsync("/api/auth/register", new { name = "Ann", password = "  passw\u00f6rd \n" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);

        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await nobody.PostAsync("/api/auth/login", new { name = "Ann", password = "passw\u00f6rd" }));
        using var login = await nobody.PostAsync("/api/auth/login", new { name = "Ann", password = "  passw\u00f6rd \n" });
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
    }

    [Fact]
    public async Task A_refresh_token_is_good_for_one_refresh_of_the_same_user()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");

        using var answer = await ann.PostAsync("/api/auth/refresh", new { refreshToken = ann.RefreshToken });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var next = await TestUser.JsonOf(answer);
        Assert.Equal(ann.Id, next.Text("userId"));
        Assert.NotEqual(ann.RefreshToken, next.Text("refreshToken"));

        ann.SignIn(next);
        Assert.Equal(JsonValueKind.Array, (await ann.GetJsonAsync("/api/rooms")).ValueKind);
        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.PostAsync("/api/auth/refresh", new { refreshToken = "nobody's" }));
    }

    [Fact]
    public async Task A_refresh_token_shown_twice_ends_its_sign_in_and_no_other()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var elsewhere = await ann.SignInAgainAsync(server);
        using var first = await ann.PostAsync("/api/auth/refresh", new { refreshToken = ann.RefreshToken });
        var next = await TestUser.JsonOf(first);

        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.PostAsync("/api/auth/refresh", new { refreshToken = ann.RefreshToken }));

        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.PostAsync("/api/auth/refresh", new { refreshToken = next.Text("refreshToken") }));
        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.GetAsync("/api/rooms"));
        await elsewhere.GetJsonAsync("/api/rooms");
    }

    [Fact]
    public async Task Logout_ends_the_sign_in_and_answers_204_to_unknown_tokens_too()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        using var elsewhere = await ann.SignInAgainAsync(server);

        using var unknown = await ann.PostAsync("/api/auth/logout", new { refreshToken = "unknown" });
        Assert.Equal(HttpStatusCode.NoContent, unknown.StatusCode);
        await ann.GetJsonAsync("/api/rooms");

        using var logout = await ann.PostAsync("/api/auth/logout", new { refreshToken = ann.RefreshToken });
        Assert.Equal(HttpStatusCode.NoContent, logout.StatusCode);
        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.GetAsync("/api/rooms"));
        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.PostAsync("/api/auth/refresh", new { refreshToken = ann.RefreshToken }));
        await elsewhere.GetJsonAsync("/api/rooms");
    }

    [Fact]
    public async Task Accounts_and_sign_ins_outlive_the_server()
    {
        using var folder = new TemporaryFolder();
        JsonElement session;
        await using (var server = await ChatServer.StartOnAsync(folder.File("chat.db")))
        {
            using var ann = await TestUser.RegisterAsync(server, "Ann");
            session = ann.Session;
        }

        await using var again = await ChatServer.StartOnAsync(folder.File("chat.db"));
        using var returned = TestUser.Anonymous(again);
        returned.SignIn(session);
        await returned.GetJsonAsync("/api/rooms");
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
