using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;

namespace Fanfare.AspNetCore;

/// <summary>The two directions of an accepted WebSocket, for a <see cref="WebSocketConnection"/>.</summary>
public sealed class WebSocketTransport
{
    private static readonly StreamPipeReaderOptions ReadsWithoutBuffer = new(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true);

    private readonly IHttpRequestLifetimeFeature? _lifetime;

    /// <summary>Makes a transport.</summary>
    /// <param name="stream">The upgraded stream: raw frames both ways.</param>
    /// <param name="socket">The connection's own socket when frames may be written straight to it, else <see langword="null"/>.</param>
    /// <param name="lifetime">What aborts the connection; without it an abort closes the stream.</param>
    /// <param name="input">The connection's own pipe when what comes through it is what the client sent; by default the stream is read.</param>
    internal WebSocketTransport(Stream stream, Socket? socket, IHttpRequestLifetimeFeature? lifetime, PipeReader? input = null)
    {
        Stream = stream;
        Socket = socket;
        Input = input ?? PipeReader.Create(stream, ReadsWithoutBuffer);
        _lifetime = lifetime;
    }

    /// <summary>The upgraded stream.</summary>
    public Stream Stream { get; }

    /// <summary>What the client sends. While nothing comes it holds no buffer.</summary>
    internal PipeReader Input { get; }

    /// <summary>The connection's own socket when frames may be written straight to it, else <see langword="null"/>.</summary>
    public Socket? Socket { get; }

    /// <summary>Writes to the stream.</summary>
    /// <returns>Whether it is written; not when the connection is broken.</returns>
    internal async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await Stream.WriteAsync(bytes).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (StreamFault.IsBroken(exception))
        {
            return false;
        }
    }

    /// <summary>Writes to the socket as it can take it, without a thread.</summary>
    /// <returns>Whether all is written; not when the connection is broken.</returns>
    internal ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes) => NativeSocket.SendAllAsync(Socket!, bytes);

    /// <summary>Ends the connection at once; pending reads and writes fail. May be called often and from any thread.</summary>
    internal void Abort()
    {
        if (_lifetime is null)
        {
            Stream.Dispose();
        }
        else
        {
            _lifetime.Abort();
        }
    }
}
