using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Fanfare.Benchmarks.Micro;

/// <summary>
/// What a broadcast to a room costs without any wire: matching the members, one encoding, an outbox each, the drain. Ends when every
/// member's wire has taken every message. Time and bytes are per delivery.
/// </summary>
[MemoryDiagnoser]
public class FanOut : IDisposable
{
    private const int Members = 1000;
    private const string Room = "room";

    private readonly Arguments _arguments = Arguments.Of(new ChatMessage(Room, new string('x', 64)));
    private readonly Delivered _delivered = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddSingleton<FanfareMetrics>().BuildServiceProvider();
    private FanfareServer? _server;
    private BroadcastOperator? _room;

    [GlobalSetup]
    public async Task JoinAll()
    {
        _server = new FanfareServer(
            Options.Create(new FanfareOptions()),
            new LocalAdapterFactory(),
            _services.GetRequiredService<FanfareMetrics>(),
            TimeProvider.System,
            NullLogger<FanfareServer>.Instance);
        Namespace everyone = _server.Of("/", options => options.History.IsEnabled = false);
        for (int i = 0; i < Members; i++)
        {
            var member = new MemoryConnection($"member-{i}", everyone.Scope, _server.Scheduler, _delivered);
            everyone.Enter(member, static _ => { });
            await member.JoinAsync(Room);
        }
        _room = everyone.To(Room);
    }

    [Benchmark(OperationsPerInvoke = Members)]
    public async Task One_message()
    {
        Task all = _delivered.Expect(Members);
        await _room!.EmitAsync("message", _arguments);
        await all;
    }

    [Benchmark(OperationsPerInvoke = 16 * Members)]
    public async Task Sixteen_messages_in_a_row()
    {
        Task all = _delivered.Expect(16 * Members);
        for (int i = 0; i < 16; i++)
        {
            await _room!.EmitAsync("message", _arguments);
        }
        await all;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _server?.Dispose();
        _services.Dispose();
        GC.SuppressFinalize(this);
    }
}
