using System.Text.RegularExpressions;

namespace Fanfare.Docs.Tests;

/// <summary>A piece of code on a page of the documentation.</summary>
internal sealed partial record Snippet(string Page, int Line, string Language, string Code)
{
    /// <summary>All pieces of code in one language, on all pages.</summary>
    public static IEnumerable<Snippet> In(params string[] languages)
    {
        var root = FindRoot();
        return Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.TopDirectoryOnly)
            .Append(Path.Combine(root, "README.md"))
            .Order(StringComparer.Ordinal)
            .SelectMany(page => Of(Path.GetRelativePath(root, page), File.ReadAllText(page)))
            .Where(snippet => languages.Contains(snippet.Language));
    }

    public override string ToString() => $"{Page}:{Line}";

    private static IEnumerable<Snippet> Of(string page, string text) =>
        Fence().Matches(text).Select(match => new Snippet(
            page, text.AsSpan(0, match.Index).Count('\n') + 1, match.Groups["language"].Value, match.Groups["code"].Value));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Fanfare.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Fanfare.slnx is in no folder above the tests.");
    }

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
