using Microsoft.Extensions.DependencyInjection;

namespace Fanfare.Testing.Bus;

/// <summary>One application, or two where the bus under test spans them: then one publishes and the other hears.</summary>
public abstract class BusNodes : IAsyncLifetime
{
    /// <summary>Small, so that tests fill it.</summary>
    protected const int QueueCapacity = 64;

    private readonly List<BusNode> _nodes = [];

    /// <summary>Where tests subscribe.</summary>
    protected BusNode Node => _nodes[0];

    protected IMessageBus Bus => Node.Bus;

    /// <summary>Whether a second application hears what the first publishes.</summary>
    protected virtual bool SpansNodes => false;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        for (var i = 0; i < (SpansNodes ? 2 : 1); i++)
        {
            _nodes.Add(new BusNode(services =>
            {
                services.Configure<MessageBusOptions>(static options => options.QueueCapacity = QueueCapacity);
                AddBus(services);
            }));
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>Puts the bus under test into an application that has the core.</summary>
    protected abstract void AddBus(IServiceCollection services);

    protected ValueTask PublishAsync<T>(string channel, T @event) => _nodes[^1].Bus.PublishAsync(channel, @event, Token);
}
