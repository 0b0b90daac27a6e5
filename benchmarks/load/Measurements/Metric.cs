namespace Fanfare.Benchmarks.Load.Measurements;

/// <summary>What is measured: a table and a panel of the chart each. Less is better unless said.</summary>
internal sealed record Metric(string Title, string Unit, string Format, bool MoreIsBetter = false)
{
    public static readonly Metric DeliveryCpu = new("Broadcast: server CPU per delivery", "µs", "0.00");
    public static readonly Metric DeliveryRate = new("Broadcast: deliveries per second", "1/s", "#,0", MoreIsBetter: true);
    public static readonly Metric MedianLatency = new("Broadcast at a fixed rate: median latency", "ms", "0.00");
    public static readonly Metric TailLatency = new("Broadcast at a fixed rate: p99 latency", "ms", "0.00");
    public static readonly Metric EchoCpu = new("Event with ack: server CPU per round trip", "µs", "0.00");
    public static readonly Metric EchoRate = new("Event with ack: round trips per second", "1/s", "#,0", MoreIsBetter: true);
    public static readonly Metric IdleMemory = new("Memory per idle joined connection", "bytes", "#,0");
    public static readonly Metric ConnectCpu = new("Connect and join: server CPU per connection", "µs", "0");
    public static readonly Metric GeneratorCpu = new("The generator's own CPU per delivery or round trip", "µs", "0.00");

    /// <summary>In the order of the report.</summary>
    public static readonly IReadOnlyList<Metric> All =
        [DeliveryCpu, EchoCpu, ConnectCpu, IdleMemory, MedianLatency, TailLatency, DeliveryRate, EchoRate, GeneratorCpu];
}
