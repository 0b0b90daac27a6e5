namespace Fanfare.Core.Concurrency.Tests.Exploring;

/// <summary>Schedules that broke something, kept in files to be run again: the scenario's name, and Coyote's trace below it.</summary>
internal static class Traces
{
    /// <summary>Names a file of a kept schedule, which is run then instead of any other.</summary>
    public const string Variable = "FANFARE_SCHEDULE";

    public static string Keep(string scenario, string trace)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "schedules"));
        var path = Path.Combine(folder.FullName, $"{scenario.Replace(", ", "-", StringComparison.Ordinal).Replace(' ', '-')}.schedule");
        File.WriteAllText(path, $"{scenario}\n{trace}");
        return path;
    }

    /// <summary>What <see cref="Variable"/> asks for, or <see langword="null"/>.</summary>
    public static (string Scenario, string Trace)? Read()
    {
        if (System.Environment.GetEnvironmentVariable(Variable) is not { } path)
        {
            return null;
        }

        var text = File.ReadAllText(path);
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return (text[..end], text[(end + 1)..]);
    }
}
