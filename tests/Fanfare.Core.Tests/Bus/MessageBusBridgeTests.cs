using Fanfare.Testing.Bus;

namespace Fanfare.Core.Tests.Bus;

public sealed class MessageBusBridgeTests : IAsyncDisposable
{
    private readonly BusNode _node = new(static _ => { });
    private readonly RecordingAdapter _adapter = new();
    private readonly BroadcastOperator _orders;

    public MessageBusBridgeTests()
    {
        var scope = new BroadcastScope(_adapter, MessageSerializer.Default, new AckIds(), TimeProvider.System);
        _orders = new BroadcastOperator(scope, BroadcastTarget.Everybody).To("orders");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_bridge_emits_every_event_of_a_channel_to_a_room_in_order_until_it_is_disposed()
    {
        var bridge = await _node.Bus.BridgeAsync<Order>("orders", _orders, "order");

        for (var number = 0; number < 100; number++)
        {
            await _node.Bus.PublishAsync("orders", new Order(number), Token);
        }

        for (var number = 0; number < 100; number++)
        {
            var broadcast = await _adapter.Published.NextAsync();
            Assert.Equal("order", broadcast.Message.Event);
            Assert.Equal(["orders"], broadcast.Target.Rooms);
            Assert.Equal(number, broadcast.Message.Arguments.Get<Order>(0)!.Number);
        }

        await bridge.DisposeAsync();
        var marker = new Heard<int>();
        await using var behind = await _node.Bus.SubscribeAsync<Order>("orders", order => marker.Add(order.Number));
        await _node.Bus.PublishAsync("orders", new Order(101), Token);
        Assert.Equal(101, await marker.NextAsync());
        await _orders.EmitAsync("behind");
        Assert.Equal("behind", (await _adapter.Published.NextAsync()).Message.Event);
    }

    [Fact]
    public async Task A_bridge_may_take_a_pattern()
    {
        await using var bridge = await _node.Bus.BridgeAsync<Order>(BusTopic.Pattern("orders:*"), _orders, "order");

        await _node.Bus.PublishAsync("orders:eu", new Order(1), Token);

        Assert.Equal(1, (await _adapter.Published.NextAsync()).Message.Arguments.Get<Order>(0)!.Number);
    }

    [Fact]
    public async Task A_bridge_to_a_reserved_event_is_refused_at_once() =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await _node.Bus.BridgeAsync<Order>("orders", _orders, "disconnect"));
}
