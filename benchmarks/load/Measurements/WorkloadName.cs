using System.Globalization;

namespace Fanfare.Benchmarks.Load.Measurements;

/// <summary>What the rows of the report are called.</summary>
internal static class WorkloadName
{
    public static string Broadcast(int members, int payloadBytes, int outstanding) =>
        Text($"{members:#,0} members, {payloadBytes:#,0} B, W = {outstanding}");

    public static string Latency(int members, int payloadBytes, double messagesPerSecond) =>
        Text($"{members:#,0} members, {payloadBytes:#,0} B, {messagesPerSecond:#,0.##} messages/s");

    public static string Echo(int connections, int payloadBytes) => Text($"{connections:#,0} connections, {payloadBytes:#,0} B");

    public static string Idle(int connections) => Text($"{connections:#,0} connections");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
