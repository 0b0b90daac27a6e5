namespace Fanfare.AspNetCore;

/// <summary>Why a peer's bytes cannot be read further: the close code it is sent, and a safe text.</summary>
/// <param name="Code">The close code (RFC 6455, section 7.4.1).</param>
/// <param name="Text">The close reason, at most 123 bytes.</param>
internal sealed record FrameError(int Code, string Text)
{
    public static FrameError ReservedBits { get; } = new(1002, "reserved bits set");

    public static FrameError UnknownOpcode { get; } = new(1002, "unknown opcode");

    public static FrameError NotMasked { get; } = new(1002, "frame not masked");

    public static FrameError BadControlFrame { get; } = new(1002, "control frame fragmented or longer than 125 bytes");

    public static FrameError BadLength { get; } = new(1002, "length not in its shortest form");

    public static FrameError NothingToContinue { get; } = new(1002, "continuation without a start");

    public static FrameError MessageNotFinished { get; } = new(1002, "new message before the end of the last");

    public static FrameError BadClosePayload { get; } = new(1002, "bad close code");

    public static FrameError InvalidUtf8 { get; } = new(1007, "invalid UTF-8");

    public static FrameError TooBig { get; } = new(1009, "message too big");

    public static FrameError TooManyFragments { get; } = new(1009, "too many fragments");
}
