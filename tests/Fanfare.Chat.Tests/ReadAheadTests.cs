using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Fanfare.Chat.Tests;

/// <summary>What clients send ahead of their turn takes little of the server's memory.</summary>
public sealed class ReadAheadTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Fact]
    public void Of_a_connection_64_KiB_are_read_ahead() => Assert.Equal(64 * 1024, shared.Server.Get<IOptions<SocketTransportOptions>>().Value.MaxReadBufferSize);
}
