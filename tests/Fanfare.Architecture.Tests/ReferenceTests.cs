using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Fanfare.Architecture.Tests;

public sealed class ReferenceTests
{
    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void A_library_references_only_projects_below_it(string name)
    {
        var unexpected = Repository.Library(name).ProjectReferences.Except(Layers.UsesAllowedFor(name));

        Assert.Empty(unexpected);
    }

    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void A_built_library_uses_only_assemblies_below_it(string name)
    {
        var ours = AssemblyReferences(Repository.Library(name)).Where(reference => reference.StartsWith("Fanfare", StringComparison.Ordinal));

        Assert.Empty(ours.Except(Layers.UsesAllowedFor(name)));
    }

    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void Only_transports_know_ASP_NET_Core(string name)
    {
        var library = Repository.Library(name);
        var web = AssemblyReferences(library).Where(reference => reference.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

        if (!Layers.OnAspNetCore.Contains(name))
        {
            Assert.Empty(library.FrameworkReferences);
            Assert.Empty(web);
        }
    }

    [Fact]
    public void Core_uses_the_base_library_and_abstractions_and_at_most_two_other_packages()
    {
        var packages = Repository.Library("Fanfare.Core").PackageReferences;

        Assert.True(packages.Count(package => !IsOfTheFramework(package)) <= 2, string.Join(", ", packages));
        Assert.DoesNotContain(packages, package => package.Contains("Redis", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void No_library_is_built_on_an_application_a_test_or_a_benchmark()
    {
        var libraries = Repository.Libraries.Select(library => library.Name).ToHashSet(StringComparer.Ordinal);

        Assert.All(Repository.Libraries, library => Assert.Subset(libraries, library.ProjectReferences.ToHashSet(StringComparer.Ordinal)));
    }

    private static bool IsOfTheFramework(string package) => package.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal);

    private static List<string> AssemblyReferences(Project project)
    {
        using var file = File.OpenRead(project.AssemblyPath);
        using var portable = new PEReader(file);
        var metadata = portable.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
