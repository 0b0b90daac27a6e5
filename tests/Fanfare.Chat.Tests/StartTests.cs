using System.Net;

namespace Fanfare.Chat.Tests;

/// <summary>The program as a process: what it refuses to start with, how it ends, what survives.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("JWT_KEY", "31 bytes are not enough........")]
    [InlineData("JWT_KEY", "")]
    [InlineData("ALLOWED_ORIGINS", "*")]
    [InlineData("ALLOWED_ORIGINS", "https://a.example, *")]
    [InlineData("ALLOWED_ORIGINS", "a.example")]
    [InlineData("ALLOWED_ORIGINS", "https://a.example/path")]
    [InlineData("ALLOWED_ORIGINS", "https://a.example/")]
    [InlineData("ALLOWED_ORIGINS", "https://a.example:")]
    [InlineData("ALLOWED_ORIGINS", "null")]
    [InlineData("ALLOWED_ORIGINS", "https://*.example")]
    [InlineData("TRUSTED_PROXIES", "10.0.0.0/33")]
    [InlineData("TRUSTED_PROXIES", "proxy")]
    [InlineData("TRUSTED_PROXIES", "10.1")]
    [InlineData("TRUSTED_PROXIES", "10.1/16")]
    [InlineData("TRUSTED_PROXIES", "10/8")]
    [InlineData("SEED_DEMO", "maybe")]
    [InlineData("Auth:AccessTokenSeconds", "0")]
    [InlineData("Auth:RefreshTokenSeconds", "a")]
    [InlineData("Auth:PasswordIterations", "-1")]
    [InlineData("Auth:RateLimit:Failures", "0")]
    [InlineData("Auth:RateLimit:Requests", "1.5")]
    [InlineData("Auth:RateLimit:WindowSeconds", "99999999999")]
    [InlineData("Presence:OfflineDelayMs", "-1")]
    [InlineData("Limits:ConnectionsPerUser", "0")]
    [InlineData("Limits:ConnectionsPerAddress", "x")]
    [InlineData("Limits:MessagesPerSecond", "")]
    [InlineData("ConnectionStrings:Chat", "Host=db;Username=chat")]
    [InlineData("ConnectionStrings:Chat", "nonsense")]
    [InlineData("ConnectionStrings:Chat", "Data Source=/dev/null/chat.db")]
    [InlineData("ConnectionStrings:Chat", "Data Source=:memory:")]
    [InlineData("urls", "nonsense")]
    [InlineData("urls", "http://127.0.0.1:65536")]
    [InlineData("urls", "http://192.0.2.1:3000")]
    [InlineData("urls", "https://127.0.0.1:0")]
    public async Task A_bad_setting_ends_the_start_with_a_line_that_names_it(string key, string value)
    {
        using var folder = new TemporaryFolder();
        await using var errors = new StringWriter();

        var code = await ChatProgram.RunAsync(ChatProcess.Arguments(folder, $"--{key}={value}"), errors).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.NotEqual(0, code);
        Assert.StartsWith(key + ":", Assert.Single(errors.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    // Found by the reader, by the host, and by the first look at the database.
    [Theory]
    [InlineData("JWT_KEY", "31 bytes are not enough........")]
    [InlineData("urls", "http://192.0.2.1:3000")]
    [InlineData("ConnectionStrings:Chat", "Data Source=/dev/null/chat.db")]
    public async Task The_process_ends_with_that_line_and_no_stack_trace(string key, string value)
    {
        using var folder = new TemporaryFolder();
        await using var program = ChatProcess.Start(folder, $"--{key}={value}");

        Assert.Equal(key == "urls" ? 3 : 2, await program.WaitForExitAsync());
        Assert.Contains(program.ErrorLines, line => line.StartsWith(key + ":", StringComparison.Ordinal));
        Assert.DoesNotContain(program.ErrorLines.Concat(program.OutputLines), line => line.Contains("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_answered_is_there_after_kill_9_and_sigterm_ends_with_0()
    {
        using var folder = new TemporaryFolder();
        using var http = new HttpClient();
        await using (var program = ChatProcess.Start(folder))
        {
            var url = await program.UrlAsync();
            using var made = await http.PostAsync($"{url}/api/auth/register", Json("""{"name":"Ann","password":"correct horse"}"""), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            program.Kill();
            await program.WaitForExitAsync();
        }

        await using var again = ChatProcess.Start(folder);
        using var login = await http.PostAsync($"{await again.UrlAsync()}/api/auth/login", Json("""{"name":"Ann","password":"correct horse"}"""), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        again.Terminate();
        Assert.Equal(0, await again.WaitForExitAsync());
    }

    [Fact]
    public async Task Logs_hold_no_password_token_or_key()
    {
        using var folder = new TemporaryFolder();
        using var http = new HttpClient();
        await using var program = ChatProcess.Start(folder, "--JWT_KEY=marker-key-marker-key-marker-key-marker", "--Logging:LogLevel:Default=Trace");
        var url = await program.UrlAsync();
        using var made = await http.PostAsync($"{url}/api/auth/register", Json("""{"name":"Ann","password":"marker-password"}"""), TestContext.Current.CancellationToken);
        var session = await TestUser.JsonOf(made);
        http.DefaultRequestHeaders.Authorization = new("Bearer", session.Text("accessToken"));
        using var rooms = await http.GetAsync($"{url}/api/rooms", TestContext.Current.CancellationToken);
        using var refreshed = await http.PostAsync($"{url}/api/auth/refresh", Json($$"""{"refreshToken":"{{session.Text("refreshToken")}}"}"""), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
        program.Terminate();
        await program.WaitForExitAsync();

        var log = string.Join('\n', program.OutputLines.Concat(program.ErrorLines));
        foreach (var secret in new[] { "marker-password", "marker-key", session.Text("accessToken")!, session.Text("refreshToken")! })
        {
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bad_token_makes_a_line_only_where_that_is_asked_for_and_none_shows_it(bool isAskedFor)
    {
        const string Token = "marker-token";
        string[] verbose = ["--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace", "--Logging:LogLevel:Fanfare.Chat.Accounts.BearerAuthentication=Trace"];
        using var folder = new TemporaryFolder();
        await using var program = ChatProcess.Start(folder, ["--Auth:QueryToken=true", .. isAskedFor ? verbose : []]);
        using var http = new HttpClient { BaseAddress = new Uri(await program.UrlAsync()) };
        using var refreshed = await http.PostAsync("/api/auth/refresh", Json($$"""{"refreshToken":"{{Token}}"}"""), TestContext.Current.CancellationToken);
        using var inQuery = await http.GetAsync($"/events/user?access_token={Token}", TestContext.Current.CancellationToken);
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        using var inHeader = await http.GetAsync("/api/rooms", TestContext.Current.CancellationToken);
        using var ofStream = await http.GetAsync("/events/user", TestContext.Current.CancellationToken);
        Assert.All([refreshed, inQuery, inHeader, ofStream], static answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
        program.Terminate();
        await program.WaitForExitAsync();

        var log = program.OutputLines.Concat(program.ErrorLines).ToList();
        Assert.Equal(isAskedFor, log.Exists(static line => line.Contains("BearerAuthentication", StringComparison.Ordinal)));
        Assert.DoesNotContain(log, static line => line.Contains(Token, StringComparison.Ordinal));
    }

    private static StringContent Json(string text) => new(text, null, "application/json");
}
