using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>
/// One WebSocket on a raw non-blocking socket to a loopback port. Keeps a buffer only while a frame or a message is unfinished.
/// Anything that breaks the connection is an exception: the comparison is worth nothing then.
/// </summary>
internal abstract unsafe class WebSocketClient(Poller poller) : IPollTarget
{
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();

    private int _fd = -1;
    private int _slot;
    private bool _isUpgraded;
    private byte[] _request = [];
    private byte[]? _carry;
    private int _carryLength;
    private MemoryStream? _fragments;
    private byte[]? _unsent;

    public bool IsOpen => _fd >= 0;

    /// <summary>Starts the connection; <see cref="OnUpgraded"/> follows.</summary>
    public void Connect(int port, string requestTarget)
    {
        _request = Encoding.ASCII.GetBytes(
            $"GET {requestTarget} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        _fd = Libc.Socket(Libc.AfInet, Libc.SockStream | Libc.SockNonBlock | Libc.SockCloseOnExec, 0);
        ThrowIfFailed(_fd, "socket");
        int on = 1;
        ThrowIfFailed(Libc.SetSocketOption(_fd, Libc.IpProtoTcp, Libc.TcpNoDelay, &on, sizeof(int)), "setsockopt");
        var address = new Libc.SocketAddress
        {
            Family = Libc.AfInet,
            Port = BinaryPrimitives.ReverseEndianness((ushort)port),
            Address = (uint)IPAddress.HostToNetworkOrder(0x7F000001),
        };
        if (Libc.Connect(_fd, &address, sizeof(Libc.SocketAddress)) < 0 && Marshal.GetLastPInvokeError() != Libc.Einprogress)
        {
            throw Failure("connect");
        }
        _slot = poller.Add(_fd, Libc.EpollIn | Libc.EpollOut, this);
    }

    /// <summary>Sends complete frames; what the socket does not take now follows when it is writable.</summary>
    public void Send(ReadOnlySpan<byte> frames)
    {
        if (_unsent is not null)
        {
            _unsent = [.. _unsent, .. frames];
            return;
        }
        int sent = SendNow(frames);
        if (sent < frames.Length)
        {
            _unsent = frames[sent..].ToArray();
            poller.Change(_fd, Libc.EpollIn | Libc.EpollOut, _slot);
        }
    }

    public void OnReady(uint events)
    {
        if ((events & Libc.EpollOut) != 0)
        {
            OnWritable();
        }
        if ((events & (Libc.EpollIn | Libc.EpollErr | Libc.EpollHangUp)) != 0)
        {
            OnReadable();
        }
    }

    /// <summary>Ends the connection with a reset, so that no port waits in TIME_WAIT.</summary>
    public void Abort()
    {
        if (_fd < 0)
        {
            return;
        }
        poller.Remove(_fd, _slot);
        var linger = new Libc.Linger { OnOff = 1, Seconds = 0 };
        _ = Libc.SetSocketOption(_fd, Libc.SolSocket, Libc.SoLinger, &linger, sizeof(Libc.Linger));
        _ = Libc.Close(_fd);
        _fd = -1;
    }

    /// <summary>The server has answered 101.</summary>
    protected abstract void OnUpgraded();

    /// <summary>One whole message; the span is valid only within the call.</summary>
    protected abstract void OnMessage(ReadOnlySpan<byte> message);

    /// <summary>Names this connection in an error.</summary>
    protected abstract string Describe();

    private void OnWritable()
    {
        if (_request.Length > 0)
        {
            if (SendNow(_request) != _request.Length)
            {
                throw new IOException($"{Describe()}: the upgrade request was not taken as a whole.");
            }
            _request = [];
        }
        else if (_unsent is { } unsent)
        {
            int sent = SendNow(unsent);
            _unsent = sent < unsent.Length ? unsent[sent..] : null;
        }
        if (_unsent is null)
        {
            poller.Change(_fd, Libc.EpollIn, _slot);
        }
    }

    private void OnReadable()
    {
        byte* buffer = poller.ReceiveBuffer;
        int start = _carryLength;
        if (start > 0)
        {
            _carry.AsSpan(0, start).CopyTo(new Span<byte>(buffer, start));
            _carryLength = 0;
        }
        nint received = Libc.Receive(_fd, buffer + start, Poller.ReceiveBufferLength - start, 0);
        if (received <= 0)
        {
            if (received < 0 && Marshal.GetLastPInvokeError() is Libc.Eagain or Libc.Eintr)
            {
                _carryLength = start;
                return;
            }
            throw new IOException($"{Describe()}: the server closed the connection{(received < 0 ? " with a reset" : "")}.");
        }
        var bytes = new ReadOnlySpan<byte>(buffer, start + (int)received);
        if (!_isUpgraded && !TryReadResponse(ref bytes))
        {
            Keep(bytes);
            return;
        }
        while (FrameReader.TryRead(bytes, out Frame frame))
        {
            OnFrame(frame, bytes.Slice(frame.PayloadOffset, frame.PayloadLength));
            bytes = bytes[frame.Length..];
        }
        Keep(bytes);
    }

    private bool TryReadResponse(ref ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf(HeaderEnd);
        if (end < 0)
        {
            return false;
        }
        if (!bytes.StartsWith("HTTP/1.1 101"u8))
        {
            throw new IOException($"{Describe()}: the upgrade was refused: {Encoding.ASCII.GetString(bytes[..Math.Min(end, 200)])}");
        }
        bytes = bytes[(end + HeaderEnd.Length)..];
        _isUpgraded = true;
        OnUpgraded();
        return true;
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

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
        {
            return;
        }
        if (rest.Length == Poller.ReceiveBufferLength)
        {
            throw new InvalidDataException($"{Describe()}: a frame does not fit the receive buffer.");
        }
        if (_carry is null || _carry.Length < rest.Length)
        {
            _carry = new byte[Math.Max(rest.Length, 1024)];
        }
        rest.CopyTo(_carry);
        _carryLength = rest.Length;
    }

    private int SendNow(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint sent = Libc.Send(_fd, start, bytes.Length, Libc.MsgNoSignal);
            if (sent >= 0)
            {
                return (int)sent;
            }
            return Marshal.GetLastPInvokeError() is Libc.Eagain or Libc.Eintr ? 0 : throw Failure("send");
        }
    }

    private void ThrowIfFailed(int result, string call)
    {
        if (result < 0)
        {
            throw Failure(call);
        }
    }

    private IOException Failure(string call) =>
        new($"{Describe()}: {call} failed.", new Win32Exception(Marshal.GetLastPInvokeError()));
}
