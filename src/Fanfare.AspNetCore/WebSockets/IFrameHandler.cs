namespace Fanfare.AspNetCore;

/// <summary>Takes what a <see cref="FrameDecoder"/> finds. Spans are valid during the call only.</summary>
internal interface IFrameHandler
{
    /// <summary>A whole text message, valid UTF-8.</summary>
    void OnText(ReadOnlySpan<byte> utf8);

    /// <summary>A whole binary message.</summary>
    void OnBinary(ReadOnlySpan<byte> data);

    /// <summary>A ping, also between the fragments of a message.</summary>
    void OnPing(ReadOnlySpan<byte> payload);

    /// <summary>A pong, also between the fragments of a message.</summary>
    void OnPong(ReadOnlySpan<byte> payload);

    /// <summary>A valid close frame; nothing is read after it.</summary>
    /// <param name="code">Its code, or <see langword="null"/> without one.</param>
    /// <param name="reason">Its reason, valid UTF-8.</param>
    void OnClose(int? code, string reason);
}
