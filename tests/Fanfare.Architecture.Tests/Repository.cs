namespace Fanfare.Architecture.Tests;

/// <summary>The files of the repository that the rules are checked on.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The libraries: what is packed and what users reference.</summary>
    public static IReadOnlyList<Project> Libraries { get; } =
        [.. ProjectsUnder("src").Concat(ProjectsUnder("clients/dotnet")).OrderBy(project => project.Name, StringComparer.Ordinal)];

    /// <summary>Every project there is, libraries included.</summary>
    public static IReadOnlyList<Project> Projects { get; } =
        [.. new[] { "src", "clients", "apps", "tests", "benchmarks" }.SelectMany(ProjectsUnder)];

    public static TheoryData<string> LibraryNames => [.. Libraries.Select(project => project.Name)];

    public static Project Library(string name) => Libraries.Single(project => project.Name == name);

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static IEnumerable<Project> ProjectsUnder(string folder)
    {
        var path = Path.Combine(Root, folder);
        return Directory.Exists(path)
            ? SourceFolders.Files(path, "*.csproj").Select(file => new Project(file))
            : [];
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
