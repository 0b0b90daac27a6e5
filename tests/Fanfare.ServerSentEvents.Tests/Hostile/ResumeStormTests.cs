using System.Globalization;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class ResumeStormTests
{
    private const int Kept = 1000;
    private const int Resuming = 200;
    private const int Live = 100;

    [Fact]
    public async Task Two_hundred_that_resume_a_thousand_events_at_once_and_those_that_live_get_each_event_once_and_in_order()
    {
        await using var host = await StreamHost.StartAsync(
            static options => options.MaxConnectionsPerAddress = 0,
            static options => options.ConfigureNamespaces = static n =>
            {
                n.Limits.MaxConnectionsPerUser = int.MaxValue;
                n.History.MaxCountPerRoom = 2 * (Kept + Live);
            });
        var since = await host.Main.To("open").EmitAsync("n", -1);
        for (var i = 0; i < Kept; i++)
        {
            await host.Main.To("open").EmitAsync("n", i);
        }

        var living = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.ReadAsync()));
        var resuming = Enumerable.Range(0, Resuming).Select(_ => ResumeAsync()).ToList();
        for (var i = Kept; i < Kept + Live; i++)
        {
            await host.Main.To("open").EmitAsync("n", i);
            await Task.Yield();
        }

        foreach (var lives in await Task.WhenAll(living.Select(static reader => reader.TakeAsync(Live))))
        {
            Assert.Equal(Enumerable.Range(Kept, Live), lives.Select(NumberOf));
        }

        foreach (var all in await Task.WhenAll(resuming))
        {
            Assert.Equal(Enumerable.Range(0, Kept + Live), all.Select(NumberOf));
        }

        foreach (var reader in living)
        {
            await reader.DisposeAsync();
        }

        async Task<List<StreamEvent>> ResumeAsync()
        {
            await using var reader = await host.OpenAsync(since: since.ToString());
            Assert.Equal("connected", (await reader.NextAsync()).Name);
            return await reader.TakeAsync(Kept + Live);
        }
    }

    private static int NumberOf(StreamEvent found) => int.Parse(found.Data, CultureInfo.InvariantCulture);
}
