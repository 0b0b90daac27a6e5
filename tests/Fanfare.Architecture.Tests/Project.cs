using System.Xml.Linq;

namespace Fanfare.Architecture.Tests;

/// <summary>One project file: what it is called and what it asks for.</summary>
internal sealed class Project
{
    private readonly XDocument _document;

    public Project(string path)
    {
        FilePath = path;
        _document = XDocument.Load(path);
    }

    public string FilePath { get; }

    public string Name => Path.GetFileNameWithoutExtension(FilePath);

    public string Folder => Path.GetDirectoryName(FilePath)!;

    public string RootNamespace => _document.Descendants("RootNamespace").FirstOrDefault()?.Value ?? Name;

    /// <summary>Names of the projects it references.</summary>
    public IReadOnlyList<string> ProjectReferences =>
        [.. Includes("ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))];

    /// <summary>Packages that its users get with it: analyzers and the like are not among them.</summary>
    public IReadOnlyList<string> PackageReferences =>
        [.. _document.Descendants("PackageReference")
            .Where(item => (string?)item.Attribute("PrivateAssets") != "all")
            .Select(item => (string?)item.Attribute("Include"))
            .OfType<string>()];

    public IReadOnlyList<string> FrameworkReferences => [.. Includes("FrameworkReference")];

    public IEnumerable<string> SourceFiles => SourceFolders.Files(Folder, "*.cs");

    /// <summary>The assembly as it was built for this test run.</summary>
    public string AssemblyPath => Path.Combine(AppContext.BaseDirectory, $"{Name}.dll");

    private IEnumerable<string> Includes(string item) =>
        _document.Descendants(item).Select(element => (string?)element.Attribute("Include")).OfType<string>();
}
