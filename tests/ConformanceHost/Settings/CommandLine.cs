namespace ConformanceHost.Settings;

/// <summary>The command line as configuration. Stricter than the framework's own reader, which passes over what it does not understand.</summary>
internal static class CommandLine
{
    public static Dictionary<string, string?> Parse(string[] args)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || args[i].Length == 2)
            {
                throw new SettingsException($"\"{args[i]}\" is no setting: settings are written --Key value.");
            }

            var assignment = args[i].IndexOf('=', StringComparison.Ordinal);
            if (assignment >= 0)
            {
                values[args[i][2..assignment]] = args[i][(assignment + 1)..];
            }
            else if (i + 1 < args.Length)
            {
                values[args[i][2..]] = args[++i];
            }
            else
            {
                throw new SettingsException($"{args[i][2..]} has no value.");
            }
        }

        foreach (var key in values.Keys)
        {
            if (!IsKnown(key))
            {
                throw new SettingsException($"{key} is no setting of this host.");
            }
        }

        return values;
    }

    private static bool IsKnown(string key) =>
        key.Equals("urls", StringComparison.OrdinalIgnoreCase)
        || key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase)
        || SettingsReader.Keys.Contains(key);
}
