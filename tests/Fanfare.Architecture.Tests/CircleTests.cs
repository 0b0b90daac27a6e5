using System.Collections.Concurrent;

namespace Fanfare.Architecture.Tests;

public sealed class CircleTests
{
    private static readonly ConcurrentDictionary<string, Graph> Known = new(StringComparer.Ordinal);

    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void No_folders_of_a_library_use_each_other_in_a_circle(string name)
    {
        AssertNone(FileUses(name).GroupedBy(FolderOf).Circles());
    }

    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void No_files_of_a_library_use_each_other_in_a_circle_but_the_parts_of_one_type(string name)
    {
        AssertNone(FileUses(name).GroupedBy(TypeOf).Circles());
    }

    // Both tests look at the same uses; compiling a library takes a second.
    private static Graph FileUses(string name) =>
        Known.GetOrAdd(name, static name => new Sources(Repository.Library(name)).FileUses());

    private static void AssertNone(IReadOnlyList<IReadOnlyList<string>> circles) =>
        Assert.True(circles.Count == 0, string.Join('\n', circles.Select(circle => string.Join(" ⇄ ", circle))));

    private static string FolderOf(string file) => Path.GetDirectoryName(file) is { Length: > 0 } folder ? folder : "(top)";

    /// <summary>A type's parts bear its name: <c>Session.cs</c>, <c>Session.Log.cs</c>.</summary>
    private static string TypeOf(string file)
    {
        var stem = Path.GetFileName(file).Split('.')[0];
        return Path.Combine(Path.GetDirectoryName(file)!, stem);
    }
}
