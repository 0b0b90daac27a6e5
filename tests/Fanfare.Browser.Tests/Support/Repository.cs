namespace Fanfare.Browser.Tests;

/// <summary>Where things are that were built beside the tests.</summary>
internal static class Repository
{
    /// <summary>The chat's program, of the same configuration as the tests, with its web client.</summary>
    public static string ChatProgram { get; } = FindChat();

    private static string FindChat()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var folder = output;
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Fanfare.slnx")))
        {
            folder = folder.Parent;
        }

        var root = folder?.FullName ?? throw new InvalidOperationException("Fanfare.slnx is in no folder above the tests.");
        var configuration = output.Parent?.Name ?? "Release";
        return Path.Combine(root, "apps", "chat", "bin", configuration, output.Name, "Fanfare.Chat.dll");
    }
}
