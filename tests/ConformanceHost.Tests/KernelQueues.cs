using System.Globalization;

namespace ConformanceHost.Tests;

/// <summary>What lies in the kernel between a client that has sent and a host that has not read yet.</summary>
internal static class KernelQueues
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    /// <summary>Completes when the connections of a port have been read until nothing more was there.</summary>
    public static async Task WhenReadAsync(int port)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (await UnreadAsync(port) is > 0 and var unread)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Bound, $"{unread} connections are not read.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>How many connections of a port have something that is not read.</summary>
    private static async Task<int> UnreadAsync(int port)
    {
        // "  sl  local_address rem_address   st tx_queue rx_queue …", numbers in hexadecimal; state 01 is an established connection.
        var local = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        var unread = 0;
        foreach (var line in (await File.ReadAllLinesAsync("/proc/net/tcp", TestContext.Current.CancellationToken)).Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            unread += fields[1].EndsWith(local, StringComparison.Ordinal) && fields[3] == "01" && !fields[4].EndsWith(":00000000", StringComparison.Ordinal) ? 1 : 0;
        }

        return unread;
    }
}
