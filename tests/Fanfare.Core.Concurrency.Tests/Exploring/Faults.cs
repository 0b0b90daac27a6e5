namespace Fanfare;

/// <summary>Faults that the build weaves into the core of this assembly (Weaving/Changes.props). All are off unless a test turns one on.</summary>
internal static partial class Faults
{
    private static string? _active;

    public static bool IsOn(string name) => _active == name;

    public static void TurnOn(string? name) => _active = name;
}
