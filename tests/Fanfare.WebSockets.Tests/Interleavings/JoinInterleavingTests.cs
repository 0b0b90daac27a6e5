using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace Fanfare.WebSockets.Tests.Interleavings;

/// <summary>
/// Every order of the steps of joining, publishing, leaving and ending, by hand: hardening row T44. A step is what happens between two waits;
/// replays wait for their reader after each message, so that whatever can come in between does.
/// </summary>
public sealed class JoinInterleavingTests : IDisposable
{
    private const int Schedules = 1000;
    private const int LongSchedules = 10_000;

    /// <summary>Large enough that a replay waits for its reader after each one.</summary>
    private static readonly Arguments Large = Arguments.Of(new string('x', 132 * 1024));

    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddMetrics().AddFanfareCore().Services.BuildServiceProvider();
    private int _lastNamespace;

    public static TheoryData<string> Scenarios =>
    [
        "join", "join with since", "join with since, end", "join with since, leave", "two joins at once", "enter with since", "enter, end", "identify late",
        "two readers", "trimmed meanwhile", "one room too many", "more than may wait",
    ];

    public void Dispose() => _services.Dispose();

    [Theory]
    [MemberData(nameof(Scenarios))]
    public Task No_order_of_steps_loses_doubles_or_misplaces_anything(string scenario) => Task.Run(() => RunAsync(scenario, Schedules), TestContext.Current.CancellationToken);

    [Theory]
    [MemberData(nameof(Scenarios))]
    [Trait("Category", "Long")]
    public Task No_order_of_steps_loses_doubles_or_misplaces_anything_in_ten_thousand(string scenario) => Task.Run(() => RunAsync(scenario, LongSchedules), TestContext.Current.CancellationToken);

    /// <summary>Outside the context of the test framework, where what waits goes on at once when it may: so a step ends where the next one begins.</summary>
    private async Task RunAsync(string scenario, int limit)
    {
        var count = 0;
        foreach (var order in Merges.Of(limit, StepsOf(scenario)))
        {
            var run = new JoinRun(_services.GetRequiredService<IFanfare>().Of($"/n{(++_lastNamespace).ToString(CultureInfo.InvariantCulture)}"), scenario, Large);
            try
            {
                await run.RunAsync(order);
            }
            catch (Exception exception)
            {
                Assert.Fail($"{scenario}, order {string.Join(' ', order)}, frames {run}: {exception}");
            }

            count++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{scenario}: {count} orders");
    }

    /// <summary>Steps of the publisher, of the one that joins (the first begins, the others let it go on), and of whoever comes between.</summary>
    private static int[] StepsOf(string scenario) => scenario switch
    {
        "join" or "enter, end" => [4, 2, 1],
        "identify late" => [4, 1, 1],
        "two joins at once" or "two readers" => [4, 4, 4],
        _ => [4, 6, 1],
    };
}
