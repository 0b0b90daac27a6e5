using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;

namespace Fanfare.AspNetCore;

/// <summary>The two directions of an accepted WebSocket, for a <see cref="WebSocketConnection"/>.</summary>
public sealed class WebSocketTransport
{
    private static readonly StreamPipeReaderOptions ReadsWithoutBuffer = new(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true);

    private readonly IHttpRequestLifetimeFeature? _lifetime;
    private ResponseSocket? _direct;
    private Socket? _socket;

    /// <summary>Makes a transport.</summary>
    /// <param name="stream">The upgraded stream: raw frames both ways.</param>
    /// <param name="direct">The connection's own socket when frames may be written straight to it, else <see langword="null"/>.</param>
    /// <param name="lifetime">What aborts the connection; without it an abort closes the stream.</param>
    /// <param name="input">The connection's own pipe when what comes through it is what the client sent; by default the stream is read.</param>
    internal WebSocketTransport(Stream stream, ResponseSocket? direct, IHttpRequestLifetimeFeature? lifetime, PipeReader? input = null)
    {
        Stream = stream;
        Input = input ?? PipeReader.Create(stream, ReadsWithoutBuffer);
        _lifetime = lifetime;
        _direct = direct;
    }

    /// <summary>The upgraded stream.</summary>
    public Stream Stream { get; }

    /// <summary>What the client sends. While nothing comes it holds no buffer.</summary>
    internal PipeReader Input { get; }

    /// <summary>Whether frames go straight to the socket: for good, once <see cref="TryGoDirect"/> said so.</summary>
    internal bool IsDirect => _socket is not null;

    /// <summary>Goes over to the socket once it has been given everything that went through the stream, so that nothing can be overtaken. No write may be in flight.</summary>
    internal bool TryGoDirect()
    {
        if (_direct is not null)
        {
            _socket = _direct.HasEverything() ? _direct.Socket : null;
            _direct = IsDirect || _direct.IsHopeless ? null : _direct;
        }

        return IsDirect;
    }

    /// <summary>Writes to the stream.</summary>
    /// <returns>Whether it is written; not when the connection is broken.</returns>
    internal async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _direct?.NoteWritten(bytes.Length);
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

    /// <summary>Writes to the socket what it can take now.</summary>
    /// <returns>The number of bytes, 0 when none fits, or <see cref="NativeSocket.Gone"/>.</returns>
    internal int Send(ReadOnlySpan<byte> bytes) => NativeSocket.Send(_socket!, bytes);

    /// <summary>Puts what waits in an outbox into a batch, to be written to the socket.</summary>
    /// <returns>Whether it is put there; not while the stream is written to.</returns>
    internal bool TryGather(IOutboxReader outbox, WriteBatch batch) =>
        _socket is not null && batch is SocketWriteBatch sockets && sockets.TryGather(_socket, outbox);

    /// <summary>Writes to the socket as it can take it, without a thread.</summary>
    /// <returns>Whether all is written; not when the connection is broken.</returns>
    internal ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes) => NativeSocket.SendAllAsync(_socket!, bytes);

    /// <summary>Shows the peer the end of what was sent to it, where that is possible; it can still be read from.</summary>
    internal void HangUp()
    {
        if (_socket is not null)
        {
            NativeSocket.HangUp(_socket);
        }
    }

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
