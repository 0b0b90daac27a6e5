using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConformanceHost.Tests;

/// <summary>One payload on its way into the host, byte for byte: no client library would send these.</summary>
internal abstract class Upload : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    /// <summary>The ways in.</summary>
    public static string[] Paths { get; } = ["polling", "websocket", "plain", "publish"];

    /// <summary>The largest payload in bytes that is accepted.</summary>
    public abstract int Limit { get; }

    /// <summary>What the host's answer begins with when it took the payload.</summary>
    public abstract string Accepted { get; }

    /// <summary>What the host's answer begins with when the payload was above the limit.</summary>
    public abstract string Refused { get; }

    /// <summary>What the filling of a payload stands between, so that the host can make sense of it.</summary>
    protected abstract (string Before, string After) Frame { get; }

    public static Upload Create(string path) => path switch
    {
        "polling" => new PollingUpload(),
        "websocket" => new SocketIOUpload(),
        "plain" => new PlainUpload(),
        _ => new PublishUpload(),
    };

    /// <summary>Gets as far as the payload.</summary>
    public virtual async Task OpenAsync(Uri host) => await _socket.ConnectAsync(IPAddress.Loopback, host.Port, TestContext.Current.CancellationToken).AsTask().WaitAsync(Bound);

    /// <summary>A payload of so many bytes that the host can make sense of.</summary>
    public byte[] Payload(int bytes) => Encoding.ASCII.GetBytes(Frame.Before + new string('a', bytes - Frame.Before.Length - Frame.After.Length) + Frame.After);

    /// <summary>Says how long the payload is that follows.</summary>
    public abstract byte[] Announce(long bytes);

    /// <summary>What comes before the first part of a payload whose length is not told.</summary>
    public abstract byte[] Begin();

    /// <summary>A part of such a payload.</summary>
    public abstract byte[] Part(ReadOnlySpan<byte> bytes, bool isFirst);

    /// <summary>The end of such a payload.</summary>
    public abstract byte[] End();

    /// <summary>The answer to the payload; empty when the host broke the line.</summary>
    public virtual Task<string> AnswerAsync() => ReadAsync(until: null);

    /// <returns>Whether the host took the bytes; else it has hung up.</returns>
    public async Task<bool> SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await _socket.SendAsync(bytes, TestContext.Current.CancellationToken).AsTask().WaitAsync(Bound)..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Reads until a text has come, or the end.</summary>
    protected async Task<string> ReadAsync(string? until)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while ((until is null || !text.ToString().Contains(until, StringComparison.Ordinal))
                && await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Bound) is > 0 and var read)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // The host has hung up without waiting for the rest.
        }

        return text.ToString();
    }

    private abstract class HttpUpload : Upload
    {
        public override string Accepted => "HTTP/1.1 200 ";

        public override string Refused => "HTTP/1.1 413 ";

        protected abstract string Target { get; }

        public override byte[] Announce(long bytes) => Head(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes}"));

        public override byte[] Begin() => Head("Transfer-Encoding: chunked");

        public override byte[] Part(ReadOnlySpan<byte> bytes, bool isFirst) => [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. "\r\n"u8];

        public override byte[] End() => "0\r\n\r\n"u8.ToArray();

        private byte[] Head(string length) => Encoding.ASCII.GetBytes(
            $"POST {Target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer user:backend\r\nContent-Type: application/json\r\n{length}\r\n\r\n");
    }

    private sealed class PublishUpload : HttpUpload
    {
        public override int Limit => 64 * 1024;

        protected override string Target => "/one/publish";

        protected override (string Before, string After) Frame => ("""{"rooms":["open-1"],"event":"x","data":"b""", "\"}");
    }

    private sealed class PollingUpload : HttpUpload
    {
        private const string Path = "/socket.io/?EIO=4&transport=polling";

        private string _sid = "";

        public override int Limit => 1_000_000;

        protected override string Target => $"{Path}&sid={_sid}";

        protected override (string Before, string After) Frame => ("""42/one,["x","b""", "\"]");

        public override async Task OpenAsync(Uri host)
        {
            await base.OpenAsync(host);
            using var http = new HttpClient { BaseAddress = host };
            var open = await http.GetStringAsync(Path, TestContext.Current.CancellationToken);
            _sid = open.Split('"')[3];
            using var content = new StringContent("""40/one,{"token":"user:u1"}""");
            using var connected = await http.PostAsync(Target, content, TestContext.Current.CancellationToken);
            Assert.Equal("ok", await connected.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    /// <summary>A frame of a client has a mask; these are zero, so that the payload is as it is.</summary>
    private abstract class WebSocketUpload : Upload
    {
        // Code 1009, as it stands in a close frame behind its length.
        private const string CloseTooBig = "\u0003\u00F1";

        public override string Refused => CloseTooBig;

        protected abstract string Target { get; }

        /// <summary>A request behind the payload, which is answered when the payload was taken.</summary>
        protected abstract string Marker { get; }

        public override async Task OpenAsync(Uri host)
        {
            await base.OpenAsync(host);
            await SendAsync(Encoding.ASCII.GetBytes(
                $"GET {Target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        }

        public override byte[] Announce(long bytes) => Header(0x81, bytes);

        public override byte[] Begin() => [];

        public override byte[] Part(ReadOnlySpan<byte> bytes, bool isFirst) => [.. Header(isFirst ? 0x01 : 0x00, bytes.Length), .. bytes];

        public override byte[] End() => Header(0x80, 0);

        public override async Task<string> AnswerAsync()
        {
            await SendTextAsync(Marker);
            var answer = await ReadAsync(Accepted);
            // The close frame may come behind what was said before; the host waits a while for ours, which never comes.
            return answer.Contains(CloseTooBig, StringComparison.Ordinal) ? CloseTooBig : answer[^Math.Min(answer.Length, Accepted.Length)..];
        }

        protected async Task SendTextAsync(string text) => await SendAsync(Part(text));

        private static byte[] Part(string text) => [.. Header(0x81, text.Length), .. Encoding.ASCII.GetBytes(text)];

        private static byte[] Header(int first, long length)
        {
            byte[] wide = [(byte)first, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            if (length > ushort.MaxValue)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(wide.AsSpan(2), length);
                return wide;
            }

            return length < 126
                ? [(byte)first, (byte)(0x80 | length), 0, 0, 0, 0]
                : [(byte)first, 0x80 | 126, (byte)(length >> 8), (byte)length, 0, 0, 0, 0];
        }
    }

    private sealed class SocketIOUpload : WebSocketUpload
    {
        public override int Limit => 1_000_000;

        public override string Accepted => """43/one,7[{"ok":true}]""";

        protected override string Target => "/socket.io/?EIO=4&transport=websocket";

        protected override string Marker => """42/one,7["join","open-1"]""";

        protected override (string Before, string After) Frame => ("""42/one,["x","b""", "\"]");

        public override async Task OpenAsync(Uri host)
        {
            await base.OpenAsync(host);
            await SendTextAsync("""40/one,{"token":"user:u1"}""");
            await ReadAsync("40/one,{");
        }
    }

    private sealed class PlainUpload : WebSocketUpload
    {
        public override int Limit => 64 * 1024;

        public override string Accepted => """{"type":"pong","ref":7}""";

        protected override string Target => "/one/ws";

        protected override string Marker => """{"type":"ping","ref":7}""";

        protected override (string Before, string After) Frame => ("""{"type":"ping","x":"b""", "\"}");

        public override async Task OpenAsync(Uri host)
        {
            await base.OpenAsync(host);
            await SendTextAsync("""{"type":"authenticate","token":"user:u1"}""");
            await ReadAsync("\"authenticated\"");
        }
    }
}
