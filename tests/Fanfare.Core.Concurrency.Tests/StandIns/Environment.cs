namespace Fanfare;

/// <summary>In the place of the base library's: the same machine everywhere, so that a seed gives the same schedules everywhere.</summary>
internal static class Environment
{
    /// <summary>Two workers drain outboxes.</summary>
    public static int ProcessorCount => 4;

    public static long TickCount64 => 0;
}
