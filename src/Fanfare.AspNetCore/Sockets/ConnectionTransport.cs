using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Fanfare.AspNetCore;

/// <summary>Finds what carries the bytes of a request's connection.</summary>
internal static class ConnectionTransport
{
    /// <summary>The connection's own pipe, when what goes through it are the bytes of the client as they are: no TLS, no HTTP/2, no middleware around the transport.</summary>
    public static IDuplexPipe? FindPipe(HttpContext context)
    {
        var features = context.Features;
        if (!HttpProtocol.IsHttp11(context.Request.Protocol)
            || features.Get<ITlsConnectionFeature>() is not null
            || features.Get<ITlsHandshakeFeature>() is not null
            || features.Get<ISslStreamFeature>() is not null
            || features.Get<IConnectionTransportFeature>() is not { } connection)
        {
            return null;
        }

        // A connection middleware that looks at or changes the bytes puts a pipe of its own in the place of the transport's.
        var sockets = typeof(SocketTransportOptions).Assembly;
        return connection.GetType().Assembly == sockets && connection.Transport.GetType().Assembly == sockets ? connection.Transport : null;
    }

    /// <summary>The socket under <see cref="FindPipe"/>, with its unsent bytes bounded.</summary>
    public static Socket? FindSocket(HttpContext context)
    {
        if (!NativeSocket.IsSupported || context.Features.Get<IConnectionSocketFeature>() is not { Socket: { SocketType: SocketType.Stream } socket })
        {
            return null;
        }

        NativeSocket.BoundUnsent(socket);
        return socket;
    }

    /// <summary>Lets a connection count as broken when its peer has not acknowledged for so long what was sent, and bounds what waits unsent, on whatever protocol; nothing where that cannot be done.</summary>
    public static void BoundAcknowledgement(HttpContext context, TimeSpan timeout)
    {
        if (FindSocket(context) is { } socket && timeout > TimeSpan.Zero)
        {
            NativeSocket.BoundAcknowledgement(socket, timeout);
        }
    }
}
