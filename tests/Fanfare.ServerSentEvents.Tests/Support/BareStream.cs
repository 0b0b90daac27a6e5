using System.Net.Sockets;
using System.Text;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>A stream as a socket, for readers that must cost next to nothing beside the server.</summary>
internal static class BareStream
{
    /// <summary>Connects and asks; nothing is read yet.</summary>
    public static Socket Open(Uri address, string path, string headers = "")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(address.Host, address.Port);
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer user:ann\r\n{headers}\r\n"));
        return socket;
    }
}
