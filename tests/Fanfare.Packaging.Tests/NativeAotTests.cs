namespace Fanfare.Packaging.Tests;

public sealed class NativeAotTests
{
    [Fact]
    public async Task A_server_published_with_Native_AOT_without_a_warning_serves_the_official_client()
    {
        var folder = Directory.CreateTempSubdirectory("fanfare-aot-").FullName;
        try
        {
            var project = Path.Combine(Repository.Root, "tests", "AotServer", "AotServer.csproj");
            var output = await Programs.RunAsync(
                Repository.Root, "dotnet", "publish", project, "--configuration", Repository.Configuration, "--no-build", "--output", folder);

            Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
            await using var server = await RunningServer.StartAsync(folder, Path.Combine(folder, "AotServer"));
            await OfficialClient.TalkAsync(server.Address);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
