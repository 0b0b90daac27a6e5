using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Servers;

internal static unsafe class OpenFileLimit
{
    /// <summary>Raises this process's limit (and so its children's) as far as allowed; throws when that is below <paramref name="needed"/>.</summary>
    public static void Raise(int needed)
    {
        Libc.ResourceLimit limit;
        if (Libc.GetLimit(Libc.RlimitNoFile, &limit) == 0 && limit.Soft < limit.Hard)
        {
            limit.Soft = limit.Hard;
            _ = Libc.SetLimit(Libc.RlimitNoFile, &limit);
            _ = Libc.GetLimit(Libc.RlimitNoFile, &limit);
        }
        if (limit.Soft < (ulong)needed)
        {
            throw new InvalidOperationException(
                $"This run opens {needed} sockets, the limit of open files is {limit.Soft}: raise it (ulimit -n) or ask for fewer members.");
        }
    }
}
