using Fanfare.Testing.Bus;
using Microsoft.Extensions.DependencyInjection;

namespace Fanfare.Core.Tests.Bus;

public sealed class MemoryMessageBusSequenceTests : MessageBusSequenceContract
{
    protected override void AddBus(IServiceCollection services)
    {
    }
}
