namespace Fanfare.Browser.Tests;

/// <summary>Generous bounds for what must happen: they fail loudly and measure nothing.</summary>
internal static class Within
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(60);

    public static Task InTime(this Task task) => task.WaitAsync(Default, TestContext.Current.CancellationToken);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Default, TestContext.Current.CancellationToken);
}
