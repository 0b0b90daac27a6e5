namespace Fanfare.Packaging.Tests;

/// <summary>The official <c>socket.io-client</c> from npm, in Node.</summary>
internal static class OfficialClient
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Fanfare.Packaging.Tests", "client");

    /// <summary>Two clients join a room of the server, one speaks, both hear it.</summary>
    public static async Task TalkAsync(string address)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
        {
            await Programs.RunAsync(Folder, "npm", "ci", "--no-audit", "--no-fund");
        }

        var said = await Programs.RunAsync(Folder, "node", "talk.mjs", address);
        Assert.Equal("heard", said.Trim());
    }
}
