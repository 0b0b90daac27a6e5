using Fanfare.Testing.Bus;

namespace Fanfare.Core.Tests.Bus;

/// <summary>Keeps what is published; there are no connections.</summary>
internal sealed class RecordingAdapter : IAdapter
{
    public Heard<Broadcast> Published { get; } = new();

    public ValueTask<EventId?> PublishAsync(Broadcast broadcast)
    {
        Published.Add(broadcast);
        return ValueTask.FromResult<EventId?>(null);
    }

    public ValueTask PublishAsync(Broadcast broadcast, AckCollector answers) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<RemoteConnection>> FetchAsync(BroadcastTarget target) => ValueTask.FromResult<IReadOnlyList<RemoteConnection>>([]);

    public ValueTask<int> CountAsync(BroadcastTarget target) => ValueTask.FromResult(0);

    public ValueTask JoinAsync(BroadcastTarget target, IReadOnlyList<string> rooms) => ValueTask.CompletedTask;

    public ValueTask LeaveAsync(BroadcastTarget target, IReadOnlyList<string> rooms) => ValueTask.CompletedTask;

    public ValueTask DisconnectAsync(BroadcastTarget target, bool close) => ValueTask.CompletedTask;

    public ValueTask ServerEmitAsync(Message message) => ValueTask.CompletedTask;

    public Task<IReadOnlyList<Arguments>> ServerEmitWithAckAsync(Message message, TimeSpan timeout) => Task.FromResult<IReadOnlyList<Arguments>>([]);
}
