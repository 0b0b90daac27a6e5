namespace Fanfare.AspNetCore.Tests;

/// <summary>Generous bounds for what must happen: they fail loudly and measure nothing.</summary>
internal static class Within
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(30);

    public static Task InTime(this Task task) => task.WaitAsync(Default, TestContext.Current.CancellationToken);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Default, TestContext.Current.CancellationToken);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().InTime();

    /// <summary>Moves a fake clock on until something has happened that needs both that time and work of other threads.</summary>
    public static async Task PassUntilAsync(this Microsoft.Extensions.Time.Testing.FakeTimeProvider time, Func<bool> hasHappened)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!hasHappened())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Default, "It has not happened.");
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }
}
