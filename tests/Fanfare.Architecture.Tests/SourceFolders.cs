namespace Fanfare.Architecture.Tests;

/// <summary>Finds files without those that a build makes.</summary>
internal static class SourceFolders
{
    private static readonly string[] Generated = ["bin", "obj", "node_modules", "artifacts", "dist"];

    public static IEnumerable<string> Files(string folder, string pattern)
    {
        foreach (var file in Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal))
        {
            yield return file;
        }

        foreach (var child in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (Generated.Contains(Path.GetFileName(child), StringComparer.Ordinal))
            {
                continue;
            }

            foreach (var file in Files(child, pattern))
            {
                yield return file;
            }
        }
    }
}
