namespace Fanfare.Chat.Configuration;

/// <summary>The folder that relative paths are relative to; the caller's working directory plays no part.</summary>
internal static class ContentRoot
{
    private const string ProjectFile = "Chat.csproj";

    /// <summary>The project's folder when the program runs from its build output (<c>bin/Debug/net10.0</c>), else the program's own.</summary>
    public static string Find()
    {
        var program = new DirectoryInfo(AppContext.BaseDirectory);
        return program.Parent?.Parent is { Name: "bin", Parent: { } project } && File.Exists(Path.Combine(project.FullName, ProjectFile)) ? project.FullName : program.FullName;
    }
}
