using System.Text;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>One reader of an event stream (the WHATWG's text/event-stream, lines ended by LF) over HTTP/1.1.</summary>
internal abstract class EventStreamClient(Poller poller) : SocketClient(poller)
{
    private bool _isAccepted;
    private bool _isChunked;
    private ChunkDecoder _chunks;
    private byte[]? _unfinished;
    private int _unfinishedLength;

    /// <summary>Asks for the stream; events follow.</summary>
    protected void Connect(int port, string requestTarget) => Connect(port, Encoding.ASCII.GetBytes(
        $"GET {requestTarget} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n"));

    /// <summary>The lines up to an empty one, that is an event, comments or both; the span is valid only within the call.</summary>
    protected abstract void OnBlock(ReadOnlySpan<byte> block);

    protected override int OnReceived(ReadOnlySpan<byte> bytes)
    {
        int done = 0;
        if (!_isAccepted)
        {
            if (!HttpResponseHead.TryRead(bytes, out HttpResponseHead head))
            {
                return 0;
            }
            if (head.Status != 200 || head.ContentLength is not null)
            {
                throw new IOException($"{Describe()}: no stream but: {Encoding.ASCII.GetString(bytes[..Math.Min(head.Length, 200)])}");
            }
            done = head.Length;
            _isAccepted = true;
            _isChunked = head.IsChunked;
        }
        if (!_isChunked)
        {
            OnText(bytes[done..]);
            return bytes.Length;
        }
        while (true)
        {
            bool hasText = _chunks.TryRead(bytes[done..], out ReadOnlySpan<byte> text, out int used);
            done += used;
            if (!hasText)
            {
                return done;
            }
            OnText(text);
        }
    }

    private void OnText(ReadOnlySpan<byte> text)
    {
        if (_unfinishedLength > 0)
        {
            Keep(text);
            text = _unfinished.AsSpan(0, _unfinishedLength);
            _unfinishedLength = 0;
        }
        for (int end; (end = text.IndexOf("\n\n"u8)) >= 0; text = text[(end + 2)..])
        {
            OnBlock(text[..end]);
        }
        Keep(text);
    }

    private void Keep(ReadOnlySpan<byte> text)
    {
        int length = _unfinishedLength + text.Length;
        if (length == 0)
        {
            return;
        }
        if (_unfinished is null || _unfinished.Length < length)
        {
            Array.Resize(ref _unfinished, Math.Max(length, 1024));
        }
        text.CopyTo(_unfinished.AsSpan(_unfinishedLength));
        _unfinishedLength = length;
    }
}
