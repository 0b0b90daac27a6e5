using System.Buffers.Binary;
using System.Text;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>One WebSocket.</summary>
internal abstract class WebSocketClient(Poller poller) : SocketClient(poller)
{
    private bool _isUpgraded;
    private MemoryStream? _fragments;

    /// <summary>Starts the connection; <see cref="OnUpgraded"/> follows.</summary>
    protected void Connect(int port, string requestTarget) => Connect(port, Encoding.ASCII.GetBytes(
        $"GET {requestTarget} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));

    /// <summary>The server has answered 101.</summary>
    protected abstract void OnUpgraded();

    /// <summary>One whole message; the span is valid only within the call.</summary>
    protected abstract void OnMessage(ReadOnlySpan<byte> message);

    protected override int OnReceived(ReadOnlySpan<byte> bytes)
    {
        int done = 0;
        if (!_isUpgraded)
        {
            if (!HttpResponseHead.TryRead(bytes, out HttpResponseHead head))
            {
                return 0;
            }
            if (head.Status != 101)
            {
                throw new IOException($"{Describe()}: the upgrade was refused: {Encoding.ASCII.GetString(bytes[..Math.Min(head.Length, 200)])}");
            }
            done = head.Length;
            _isUpgraded = true;
            OnUpgraded();
        }
        while (FrameReader.TryRead(bytes[done..], out Frame frame))
        {
            OnFrame(frame, bytes.Slice(done + frame.PayloadOffset, frame.PayloadLength));
            done += frame.Length;
        }
        return done;
    }

    private void OnFrame(Frame frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Opcode)
        {
            case Frame.Text or Frame.Binary when frame.IsFinal:
                OnMessage(payload);
                break;
            case Frame.Text or Frame.Binary or Frame.Continuation:
                _fragments ??= new MemoryStream();
                _fragments.Write(payload);
                if (frame.IsFinal)
                {
                    var whole = _fragments.ToArray();
                    _fragments = null;
                    OnMessage(whole);
                }
                break;
            case Frame.Ping:
                Send(new ClientFrame(payload, Frame.Pong).Bytes);
                break;
            case Frame.Pong:
                break;
            default:
                int code = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005;
                throw new IOException($"{Describe()}: the server closed the WebSocket with code {code}.");
        }
    }
}
