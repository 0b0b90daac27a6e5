namespace Fanfare.WebSockets.Tests;

/// <summary>A generous bound for what must happen: it fails loudly and measures nothing.</summary>
internal static class Within
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(30);

    public static Task InTime(this Task task) => task.WaitAsync(Default, TestContext.Current.CancellationToken);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Default, TestContext.Current.CancellationToken);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().InTime();
}
