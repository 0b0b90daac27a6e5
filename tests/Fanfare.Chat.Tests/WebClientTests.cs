using System.Net;

namespace Fanfare.Chat.Tests;

/// <summary>How the page is served: a page of the tests' own lies beside the program here.</summary>
public sealed class WebClientTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("/", 200)]
    [InlineData("/index.html", 200)]
    [InlineData("/rooms/any-room", 200)]
    [InlineData("/rooms/any-room/more", 404)]
    [InlineData("/rooms", 404)]
    [InlineData("/../Fanfare.Chat.dll", 404)]
    [InlineData("/%2e%2e/Fanfare.Chat.dll", 404)]
    public async Task The_page_is_served_at_its_addresses_and_nothing_else_is(string path, int status)
    {
        using var nobody = TestUser.Anonymous(shared.Server);
        using var answer = await nobody.GetAsync(path);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 200)
        {
            Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
            Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
            Assert.Contains("Stands for the web client", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_is_served_whatever_the_working_directory_and_the_database_lies_beside_the_program()
    {
        using var elsewhere = new TemporaryFolder();
        var data = Path.Combine("data-of-tests", Path.GetRandomFileName());
        await using var program = ChatProcess.Start(elsewhere, $"--ConnectionStrings:Chat=Data Source={Path.Combine(data, "chat.db")}");
        try
        {
            using var http = new HttpClient();
            using var answer = await http.GetAsync(await program.UrlAsync(), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, data, "chat.db")));
            Assert.Empty(Directory.GetFileSystemEntries(elsewhere.Path));
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync();
            Directory.Delete(Path.Combine(AppContext.BaseDirectory, "data-of-tests"), recursive: true);
        }
    }
}
