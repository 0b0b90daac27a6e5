using System.Diagnostics;

namespace Fanfare.Testing.Diagnostics;

/// <summary>How long one question took about what is there and about what is not, asked in turn: hardening row T11.</summary>
public sealed class PairedTimes
{
    private const double AlikeMicroseconds = 50;
    private const double AlikeShare = 0.05;

    private readonly List<double> _there = [];
    private readonly List<double> _absent = [];

    private PairedTimes()
    {
    }

    /// <summary>Asks both questions so many times; which of a pair comes first is drawn.</summary>
    /// <param name="pairs">How many of each.</param>
    /// <param name="ask">Asks, and completes with the answer; true is about what is there.</param>
    public static async Task<PairedTimes> MeasureAsync(int pairs, Func<bool, Task> ask)
    {
        var times = new PairedTimes();
        var random = new Random(1);
        for (var i = 0; i < pairs; i++)
        {
            var thereFirst = random.Next(2) == 0;
            await times.MeasureAsync(thereFirst, ask);
            await times.MeasureAsync(!thereFirst, ask);
        }

        return times;
    }

    /// <summary>Writes the figure, and asserts that the times are alike if they are to be compared.</summary>
    public void Check(string what, bool compares)
    {
        var (there, absent) = (Figures.Quantile(_there, 0.5), Figures.Quantile(_absent, 0.5));
        var apart = Math.Abs(there - absent);
        Figures.Write($"{what}, {_there.Count:N0} pairs: median forbidden {there:F1} µs, absent {absent:F1} µs, apart {apart:F1} µs (limit 50 µs or 5 %)");
        if (compares)
        {
            Assert.True(apart <= Math.Max(AlikeMicroseconds, AlikeShare * Math.Max(there, absent)), $"{what}: {there} µs and {absent} µs");
        }
    }

    private async Task MeasureAsync(bool isThere, Func<bool, Task> ask)
    {
        var start = Stopwatch.GetTimestamp();
        await ask(isThere);
        (isThere ? _there : _absent).Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
    }
}
