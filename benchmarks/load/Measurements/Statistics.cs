namespace Fanfare.Benchmarks.Load.Measurements;

internal static class Statistics
{
    /// <summary>The middle value; the mean of the two middle ones when their number is even; NaN of none.</summary>
    public static double Median(IReadOnlyCollection<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length switch
        {
            0 => double.NaN,
            var n when n % 2 == 1 => sorted[n / 2],
            var n => (sorted[(n / 2) - 1] + sorted[n / 2]) / 2,
        };
    }
}
