namespace Fanfare.Architecture.Tests;

public sealed class CircleTests
{
    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void No_folders_of_a_library_use_each_other_in_a_circle(string name)
    {
        var circles = new Sources(Repository.Library(name)).FileUses().GroupedBy(FolderOf).Circles();

        Assert.Empty(circles.Select(circle => string.Join(" ⇄ ", circle)));
    }

    [Theory, MemberData(nameof(Repository.LibraryNames), MemberType = typeof(Repository))]
    public void No_files_of_a_library_use_each_other_in_a_circle_but_the_parts_of_one_type(string name)
    {
        var circles = new Sources(Repository.Library(name)).FileUses().GroupedBy(TypeOf).Circles();

        Assert.Empty(circles.Select(circle => string.Join(" ⇄ ", circle)));
    }

    private static string FolderOf(string file) => Path.GetDirectoryName(file) is { Length: > 0 } folder ? folder : "(top)";

    /// <summary>A type's parts bear its name: <c>Session.cs</c>, <c>Session.Log.cs</c>.</summary>
    private static string TypeOf(string file)
    {
        var stem = Path.GetFileName(file).Split('.')[0];
        return Path.Combine(Path.GetDirectoryName(file)!, stem);
    }
}
