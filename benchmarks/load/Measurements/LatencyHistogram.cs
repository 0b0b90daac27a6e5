using System.Numerics;

namespace Fanfare.Benchmarks.Load.Measurements;

/// <summary>Counts nanoseconds in buckets of at most 1.6 % width; recording allocates nothing.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 6;
    private const int SubBuckets = 1 << SubBucketBits;

    private readonly long[] _counts = new long[(64 - SubBucketBits) * SubBuckets];

    public long Count { get; private set; }

    public void Record(long nanoseconds)
    {
        _counts[IndexOf(Math.Max(0, nanoseconds))]++;
        Count++;
    }

    /// <summary>The value that <paramref name="fraction"/> of all recorded ones do not exceed, as the middle of its bucket.</summary>
    public double Percentile(double fraction)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(fraction * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return i < SubBuckets ? i : (LowerBound(i) + LowerBound(i + 1)) / 2;
            }
        }
        return double.NaN;
    }

    private static int IndexOf(long value)
    {
        if (value < SubBuckets)
        {
            return (int)value;
        }
        int shift = BitOperations.Log2((ulong)value) - SubBucketBits;
        return ((shift + 1) << SubBucketBits) + (int)((value >> shift) - SubBuckets);
    }

    private static double LowerBound(int index) =>
        Math.ScaleB(SubBuckets + (index & (SubBuckets - 1)), (index >> SubBucketBits) - 1);
}
