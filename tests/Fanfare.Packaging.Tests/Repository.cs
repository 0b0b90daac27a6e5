using System.Reflection;

namespace Fanfare.Packaging.Tests;

/// <summary>Where things lie, and how they were built.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The libraries were built with the same configuration as this test.</summary>
    public static string Configuration { get; } =
        typeof(Repository).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The libraries, by name: each is a package.</summary>
    public static IEnumerable<string> Libraries =>
        Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetFileNameWithoutExtension(path)!);

    /// <summary>The first C# program in the README.</summary>
    public static string ReadmeProgram
    {
        get
        {
            const string opening = "```csharp\n";
            var readme = File.ReadAllText(Path.Combine(Root, "README.md"));
            var from = readme.IndexOf(opening, StringComparison.Ordinal) + opening.Length;
            return readme[from..readme.IndexOf("```", from, StringComparison.Ordinal)];
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Fanfare.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Fanfare.slnx is in no folder above the tests.");
    }
}
