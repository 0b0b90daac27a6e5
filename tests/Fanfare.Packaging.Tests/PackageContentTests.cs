using System.Xml.Linq;

namespace Fanfare.Packaging.Tests;

public sealed class PackageContentTests(PackageFeed feed)
{
    public static TheoryData<string> Packages => [.. Repository.Libraries];

    [Theory, MemberData(nameof(Packages))]
    public void A_package_brings_its_assembly_its_documentation_and_the_README(string package)
    {
        using var archive = feed.Open(package);

        Assert.NotNull(archive.GetEntry($"lib/net10.0/{package}.dll"));
        Assert.True(archive.GetEntry($"lib/net10.0/{package}.xml")?.Length > 0);
        Assert.NotNull(archive.GetEntry("README.md"));
    }

    [Theory, MemberData(nameof(Packages))]
    public void A_package_tells_what_it_is_its_licence_and_what_is_new(string package)
    {
        using var archive = feed.Open(package);
        using var stream = archive.GetEntry($"{package}.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().First();
        var ns = metadata.Name.Namespace;

        Assert.Equal("MIT", metadata.Element(ns + "license")?.Value);
        Assert.Equal("README.md", metadata.Element(ns + "readme")?.Value);
        Assert.NotEqual("Package Description", metadata.Element(ns + "description")?.Value);
        Assert.NotEmpty(metadata.Element(ns + "releaseNotes")?.Value ?? "");
    }

    [Theory, MemberData(nameof(Packages))]
    public void A_package_has_symbols_beside_it(string package)
    {
        using var archive = feed.Open(package, ".snupkg");

        Assert.NotNull(archive.GetEntry($"lib/net10.0/{package}.pdb"));
    }
}
