using System.IO.Compression;

[assembly: AssemblyFixture(typeof(Fanfare.Packaging.Tests.PackageFeed))]

namespace Fanfare.Packaging.Tests;

/// <summary>Every library, packed once into a folder of its own.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fanfare-feed-");

    public string Folder => _folder.FullName;

    public async ValueTask InitializeAsync() =>
        await Programs.RunAsync(
            Repository.Root, "dotnet", "pack", "Fanfare.slnx", "--configuration", Repository.Configuration, "--no-build", "--output", Folder, "--verbosity", "quiet");

    /// <summary>The package file of a library, of whatever version.</summary>
    public string PathOf(string package, string extension = ".nupkg") =>
        Assert.Single(Directory.GetFiles(Folder, $"{package}.*{extension}"), path => char.IsAsciiDigit(Path.GetFileName(path)[package.Length + 1]));

    public ZipArchive Open(string package, string extension = ".nupkg") => ZipFile.OpenRead(PathOf(package, extension));

    public string VersionOf(string package) => Path.GetFileNameWithoutExtension(PathOf(package))[(package.Length + 1)..];

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
