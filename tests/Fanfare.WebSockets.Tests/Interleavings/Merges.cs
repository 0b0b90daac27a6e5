namespace Fanfare.WebSockets.Tests.Interleavings;

/// <summary>All orders in which the steps of several actors can follow each other, each actor's own in their order.</summary>
internal static class Merges
{
    /// <summary>Every merge once; when there are more than <paramref name="limit"/>, that many drawn at random from a fixed seed.</summary>
    /// <param name="limit">How many at most.</param>
    /// <param name="steps">How many steps each actor has.</param>
    public static IEnumerable<int[]> Of(int limit, params int[] steps) => Count(steps) <= limit ? All(steps, [], 0) : Drawn(limit, steps);

    private static double Count(int[] steps)
    {
        var count = 1d;
        var total = 0;
        foreach (var actor in steps)
        {
            for (var i = 1; i <= actor; i++)
            {
                count = count * ++total / i;
            }
        }

        return count;
    }

    private static IEnumerable<int[]> All(int[] left, int[] before, int depth)
    {
        if (depth == 0)
        {
            before = new int[left.Sum()];
            left = [.. left];
        }

        if (depth == before.Length)
        {
            yield return [.. before];
            yield break;
        }

        for (var actor = 0; actor < left.Length; actor++)
        {
            if (left[actor] == 0)
            {
                continue;
            }

            left[actor]--;
            before[depth] = actor;
            foreach (var merge in All(left, before, depth + 1))
            {
                yield return merge;
            }

            left[actor]++;
        }
    }

    private static IEnumerable<int[]> Drawn(int limit, int[] steps)
    {
        var random = new Random(42);
        int[] merge = [.. steps.SelectMany(static (count, actor) => Enumerable.Repeat(actor, count))];
        for (var i = 0; i < limit; i++)
        {
            random.Shuffle(merge);
            yield return [.. merge];
        }
    }
}
