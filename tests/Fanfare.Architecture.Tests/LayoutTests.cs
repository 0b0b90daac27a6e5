using System.Xml.Linq;

namespace Fanfare.Architecture.Tests;

public sealed class LayoutTests
{
    [Fact]
    public void The_solution_holds_every_project()
    {
        var listed = XDocument.Load(Path.Combine(Repository.Root, "Fanfare.slnx"))
            .Descendants("Project")
            .Select(element => (string?)element.Attribute("Path"))
            .OfType<string>();

        var missing = Repository.Projects.Select(project => Repository.Relative(project.FilePath)).Except(listed);

        Assert.Empty(missing);
    }

    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void A_library_keeps_its_public_surface_in_files(string name)
    {
        var library = Repository.Library(name);
        string[] expected = library.SourceFiles.Any() ? ["PublicAPI.Shipped.txt", "PublicAPI.Unshipped.txt"] : [];

        Assert.All(expected, file => Assert.True(File.Exists(Path.Combine(library.Folder, file)), $"{name} has no {file}"));
    }

    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void The_namespaces_of_a_library_are_its_own(string name)
    {
        var library = Repository.Library(name);

        var strangers = library.SourceFiles
            .SelectMany(file => Sources.NamespacesOf(file).Select(declared => (File: file, Namespace: declared)))
            .Where(found => !IsOwn(library, found.File, found.Namespace))
            .Select(found => $"{Repository.Relative(found.File)}: {found.Namespace}");

        Assert.Empty(strangers);
    }

    /// <summary>The project's namespace, alone or followed by the file's folders, or a well-known place of extension methods.</summary>
    private static bool IsOwn(Project library, string file, string declared)
    {
        var folders = Path.GetRelativePath(library.Folder, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
        return declared == library.RootNamespace
            || declared == $"{library.RootNamespace}.{folders}"
            || (ExtensionPlaces.Contains(declared) && Path.GetFileName(file).EndsWith("Extensions.cs", StringComparison.Ordinal));
    }

    private static readonly string[] ExtensionPlaces = ["Microsoft.Extensions.DependencyInjection", "Microsoft.AspNetCore.Builder"];
}
