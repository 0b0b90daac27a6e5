using System.Text.Json.Serialization;
using Fanfare.Testing.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fanfare.Core.Tests.Bus;

public sealed partial class MemoryMessageBusTests : MessageBusContract
{
    [Fact]
    public void The_core_brings_it_and_leaves_another_bus_in_place()
    {
        Assert.IsType<MemoryMessageBus>(Bus);

        var services = new ServiceCollection();
        services.AddSingleton(Bus);
        services.AddFanfareCore();
        using var provider = services.BuildServiceProvider();
        Assert.Same(Bus, provider.GetRequiredService<IMessageBus>());
    }

    [Fact]
    public async Task Types_are_those_of_the_registered_resolver()
    {
        await using var node = new BusNode(static services => services.Configure<FanfareOptions>(static options => options.TypeInfoResolver = NodeJson.Default));
        var heard = new Heard<Order>();
        await using var subscription = await node.Bus.SubscribeAsync<Order>("orders", heard.Add);

        await node.Bus.PublishAsync("orders", new Order(1), Token);

        Assert.Equal(1, (await heard.NextAsync()).Number);
        await Assert.ThrowsAsync<NotSupportedException>(async () => await node.Bus.PublishAsync("orders", new Uri("https://localhost"), Token));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await node.Bus.SubscribeAsync<Uri>("orders", _ => { }));
    }

    [Fact]
    public async Task The_queue_is_bounded_to_the_event()
    {
        await using var node = new BusNode(static services => services.Configure<MessageBusOptions>(static options => options.QueueCapacity = 3));
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var heard = new Heard<(int, long)>();
        await using var subscription = await node.Bus.SubscribeAsync<int>(
            BusTopic.Channel("numbers"),
            async found =>
            {
                heard.Add((found.Value, found.Missed));
                await held.Task;
            },
            Token);
        await node.Bus.PublishAsync("numbers", 0, Token);
        Assert.Equal((0, 0), await heard.NextAsync());

        for (var number = 1; number <= 8; number++)
        {
            await node.Bus.PublishAsync("numbers", number, Token);
        }

        held.SetResult();

        Assert.Equal([(6, 5), (7, 0), (8, 0)], await heard.TakeAsync(3));
        Assert.Equal(9, node.Counters["fanfare.bus.published"]);
    }

    [Fact]
    public async Task What_was_missed_before_an_unreadable_event_is_told_with_the_next_one()
    {
        await using var node = new BusNode(static services => services.Configure<MessageBusOptions>(static options => options.QueueCapacity = 2));
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var heard = new Heard<(int, long)>();
        await using var subscription = await node.Bus.SubscribeAsync<int>(
            BusTopic.Channel("numbers"),
            async found =>
            {
                heard.Add((found.Value, found.Missed));
                await held.Task;
            },
            Token);
        await node.Bus.PublishAsync("numbers", 0, Token);
        await heard.NextAsync();

        await node.Bus.PublishAsync("numbers", 1, Token);
        await node.Bus.PublishAsync("numbers", "no number", Token);
        await node.Bus.PublishAsync("numbers", 3, Token);
        held.SetResult();

        Assert.Equal((3, 1), await heard.NextAsync());
    }

    [Fact]
    public async Task A_handler_runs_without_the_publisher_s_context()
    {
        var context = new AsyncLocal<string?> { Value = "publisher" };
        var heard = new Heard<string?>();
        await using var subscription = await Bus.SubscribeAsync<int>("numbers", _ => heard.Add(context.Value));

        await PublishAsync("numbers", 1);

        Assert.Null(await heard.NextAsync());
    }

    [Fact]
    public async Task A_queue_without_room_is_no_option()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddMetrics().AddFanfareCore();
        services.Configure<MessageBusOptions>(static options => options.QueueCapacity = 0);
        await using var provider = services.BuildServiceProvider();

        var refused = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<IMessageBus>);

        Assert.Equal("MessageBusOptions.QueueCapacity is 0; it must be at least 1 (default 1024).", refused.Message);
    }

    protected override void AddBus(IServiceCollection services)
    {
    }

    [JsonSourceGenerationOptions]
    [JsonSerializable(typeof(Order))]
    private sealed partial class NodeJson : JsonSerializerContext;
}
