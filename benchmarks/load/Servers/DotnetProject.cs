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
        // A build node or compiler that stays would keep our pipe to the build open for minutes.
        Tool.Run(
            folder, "dotnet", "publish", "-c", "Release", "-o", output, "--nologo", "-v", "q", "-nodeReuse:false", "-p:UseSharedCompilation=false");
    }
}
