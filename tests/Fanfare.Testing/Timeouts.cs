namespace Fanfare.Testing;

/// <summary>Bounds of waits: generous, since they only say when to give up.</summary>
public static class Timeouts
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(30);

    /// <summary>Waits for an event of a test, and fails loudly when it does not come.</summary>
    public static Task Within(this Task task, TimeSpan bound) => task.WaitAsync(bound);

    /// <inheritdoc cref="Within(Task, TimeSpan)"/>
    public static Task<T> Within<T>(this Task<T> task, TimeSpan bound) => task.WaitAsync(bound);
}
