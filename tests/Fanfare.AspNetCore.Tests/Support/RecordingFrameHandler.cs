using System.Text;

namespace Fanfare.AspNetCore.Tests;

/// <summary>Writes down what a decoder finds, one line each.</summary>
internal sealed class RecordingFrameHandler : IFrameHandler
{
    public List<string> Events { get; } = [];

    public void OnText(ReadOnlySpan<byte> utf8) => Events.Add($"text {Encoding.UTF8.GetString(utf8)}");

    public void OnBinary(ReadOnlySpan<byte> data) => Events.Add($"binary {Convert.ToHexString(data)}");

    public void OnPing(ReadOnlySpan<byte> payload) => Events.Add($"ping {Encoding.UTF8.GetString(payload)}");

    public void OnPong(ReadOnlySpan<byte> payload) => Events.Add($"pong {Encoding.UTF8.GetString(payload)}");

    public void OnClose(int? code, string reason) => Events.Add($"close {code} {reason}");

    /// <summary>Feeds copies of the parts and adds the error, if any, as the last line.</summary>
    public static List<string> Read(IEnumerable<byte[]> parts, int maxMessageBytes = 1_000_000, int maxFragments = 1024)
    {
        var handler = new RecordingFrameHandler();
        var decoder = new FrameDecoder(maxMessageBytes, maxFragments);
        foreach (var part in parts)
        {
            if (decoder.Feed(part.ToArray(), handler) is { } error)
            {
                handler.Events.Add($"error {error.Code} {error.Text}");
                break;
            }
        }

        decoder.Stop();
        return handler.Events;
    }
}
