using System.Buffers.Binary;
using System.ComponentModel;
using System.Net;
using System.Runtime.InteropServices;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>
/// One raw non-blocking socket to a loopback port. Keeps a buffer only while something is unfinished. Anything that breaks the
/// connection is an exception: the comparison is worth nothing then.
/// </summary>
internal abstract unsafe class SocketClient(Poller poller) : IPollTarget
{
    private int _fd = -1;
    private int _slot;
    private byte[]? _carry;
    private int _carryLength;
    private byte[]? _unsent;

    /// <summary>Starts the connection; <paramref name="first"/> is sent as soon as it stands.</summary>
    protected void Connect(int port, byte[] first)
    {
        _unsent = first;
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

    /// <summary>Sends complete messages; what the socket does not take now follows when it is writable.</summary>
    public void Send(ReadOnlySpan<byte> messages)
    {
        if (_unsent is not null)
        {
            _unsent = [.. _unsent, .. messages];
            return;
        }
        int sent = SendNow(messages);
        if (sent < messages.Length)
        {
            _unsent = messages[sent..].ToArray();
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

    /// <summary>Returns how many of the bytes are done with; the others come again, with more behind them.</summary>
    protected abstract int OnReceived(ReadOnlySpan<byte> bytes);

    /// <summary>The server has closed the connection, which no server may do to a member.</summary>
    protected virtual void OnClosed(bool isReset) =>
        throw new IOException($"{Describe()}: the server closed the connection{(isReset ? " with a reset" : "")}.");

    /// <summary>Names this connection in an error.</summary>
    protected abstract string Describe();

    private void OnWritable()
    {
        if (_unsent is { } unsent)
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
            OnClosed(isReset: received < 0);
            return;
        }
        var bytes = new ReadOnlySpan<byte>(buffer, start + (int)received);
        Keep(bytes[OnReceived(bytes)..]);
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
        {
            return;
        }
        if (rest.Length == Poller.ReceiveBufferLength)
        {
            throw new InvalidDataException($"{Describe()}: a message does not fit the receive buffer.");
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
