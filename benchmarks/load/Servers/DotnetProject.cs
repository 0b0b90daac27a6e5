namespace Fanfare.Benchmarks.Load.Servers;

internal static class DotnetProject
{
    /// <summary>Publishes the project in <paramref name="folder"/>, Release, into <paramref name="output"/>.</summary>
    public static void Publish(string folder, string output)
    {
        if (!Directory.Exists(folder))
        {
            throw new InvalidOperationException($"{folder} does not exist; leave this server out with --servers.");
        }
        Tool.Run(folder, "dotnet", "publish", "-c", "Release", "-o", output, "--nologo", "-v", "q");
    }
}
