using System.Text;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>A POST request with a text body, for a connection that stays open.</summary>
internal sealed class HttpPost : MessageBytes
{
    private static readonly byte[] NoMask = new byte[4];

    /// <param name="target">The path.</param>
    /// <param name="body">ASCII.</param>
    /// <param name="headers">Further header lines, each with its CRLF.</param>
    public HttpPost(string target, string body, string headers = "")
        : this(Encoding.ASCII.GetBytes(Head(target, body.Length, headers)), Encoding.ASCII.GetBytes(body))
    {
    }

    private HttpPost(byte[] head, byte[] body)
        : base([.. head, .. body], head.Length, NoMask)
    {
    }

    private static string Head(string target, int length, string headers) =>
        $"POST {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n{headers}\r\n";
}
