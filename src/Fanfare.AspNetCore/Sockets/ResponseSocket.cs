using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Fanfare.AspNetCore;

/// <summary>The socket under a response that never ends, or under an upgraded connection, and when it may be written to past Kestrel: as soon as it has been given every byte that went through Kestrel's pipe. Not thread safe.</summary>
/// <remarks>
/// No API tells when the pipe is empty, but the kernel counts what a socket has been given since its connection began. That count is compared with the
/// bytes of this response, so this response must be the first: it is the first request of its connection, and nothing had been sent when its head was written (decision record 0012).
/// A response with a body has to bring its own chunks, because then its bytes are exactly those that its writer counts.
/// </remarks>
internal sealed class ResponseSocket
{
    // A stream that is busy each time it is looked at stays with the pipe: then its writes are joined anyway.
    private const int MaxLooks = 256;

    private readonly PipeWriter _output;
    private long _written;
    private int _looks;

    private ResponseSocket(Socket socket, PipeWriter output)
    {
        Socket = socket;
        _output = output;
    }

    /// <summary>The socket.</summary>
    public Socket Socket { get; }

    /// <summary>Whether the looks are used up without success.</summary>
    public bool IsHopeless => _looks >= MaxLooks;

    /// <summary>Finds the socket of a request whose response has not begun and will have a body; <see langword="null"/> where it may never be written to directly.</summary>
    public static ResponseSocket? FindForBody(HttpContext context) => IsKestrels(context.Features.Get<IHttpResponseBodyFeature>()) ? Find(context) : null;

    /// <summary>Finds the socket of a request that will be upgraded; <see langword="null"/> where it may never be written to directly.</summary>
    public static ResponseSocket? FindForUpgrade(HttpContext context) => IsKestrels(context.Features.Get<IHttpUpgradeFeature>()) ? Find(context) : null;

    /// <summary>Notes the head of the response, which has been written and not flushed.</summary>
    /// <returns>False when it cannot be told how long it is: then the pipe is used for good.</returns>
    public bool TryNoteHead()
    {
        _written = _output.UnflushedBytes;
        return _written > 0;
    }

    /// <summary>Notes the head of an upgrade. Kestrel flushes it itself, so its length comes from its parts; were it another, the counts would not meet and the pipe would be used.</summary>
    public void NoteUpgrade(HttpResponse response)
    {
        _written = "HTTP/1.1 101 Switching Protocols\r\n\r\n".Length;
        using var fields = new HeaderFields(response.Headers);
        foreach (var (name, values) in fields.Span)
        {
            foreach (var value in values)
            {
                // Kestrel leaves out what is null; how long it makes what is not ASCII depends on how it was configured.
                _written += value is null ? 0 : "\r\n: ".Length + name.Length + value.Length;
                _looks = Ascii.IsValid(value) ? _looks : MaxLooks;
            }
        }
    }

    /// <summary>Notes bytes that were written to the body.</summary>
    public void NoteWritten(int bytes) => _written += bytes;

    /// <summary>Whether the socket has been given everything: from then on nothing may go through the pipe.</summary>
    public bool HasEverything() => _looks++ < MaxLooks && NativeSocket.CountTaken(Socket) == _written;

    private static ResponseSocket? Find(HttpContext context)
    {
        if (ConnectionTransport.FindPipe(context) is not { Output: { CanGetUnflushedBytes: true, UnflushedBytes: 0 } output }
            || !IsFirstRequest(context)
            || ConnectionTransport.FindSocket(context) is not { } socket
            || NativeSocket.CountTaken(socket) != 0)
        {
            return null;
        }

        return new ResponseSocket(socket, output);
    }

    /// <summary>A middleware that puts a feature of its own in the place of the server's may write more, or less, than it is given.</summary>
    private static bool IsKestrels(object? feature) => feature?.GetType().Assembly == typeof(KestrelServer).Assembly;

    /// <summary>By the name that Kestrel itself gave the request: a client that sends several at once could otherwise make the count mean another response.</summary>
    private static bool IsFirstRequest(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestIdentifierFeature>() is not { TraceIdentifier: { } name } request
            || context.Features.Get<IHttpConnectionFeature>()?.ConnectionId is not { Length: > 0 } connection
            || name.Length != connection.Length + 9
            || !name.StartsWith(connection, StringComparison.Ordinal)
            || !name.EndsWith(":00000001", StringComparison.Ordinal))
        {
            return false;
        }

        // Kestrel makes the name when it is asked for, keeps it as long as the connection lasts, and makes it again when it has none.
        request.TraceIdentifier = null!;
        return true;
    }
}
