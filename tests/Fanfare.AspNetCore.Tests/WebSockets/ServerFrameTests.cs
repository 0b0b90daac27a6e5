using System.Buffers;

namespace Fanfare.AspNetCore.Tests.WebSockets;

public sealed class ServerFrameTests
{
    [Theory]
    [InlineData(0, "8100")]
    [InlineData(125, "817D")]
    [InlineData(126, "817E007E")]
    [InlineData(65_535, "817EFFFF")]
    [InlineData(65_536, "817F0000000000010000")]
    public void The_length_is_in_its_shortest_form(int length, string header)
    {
        var payload = new byte[length];
        Array.Fill(payload, (byte)'x');
        var frame = ServerFrame.Text(payload);
        Assert.Equal(header, Convert.ToHexString(frame.AsSpan(0, ServerFrame.HeaderLength(length))));
        Assert.Equal(payload, frame[ServerFrame.HeaderLength(length)..]);

        var written = new ArrayBufferWriter<byte>();
        ServerFrame.WriteText(written, payload);
        Assert.Equal(frame, written.WrittenSpan.ToArray());

        written.Clear();
        ServerFrame.WriteBinary(written, payload);
        Assert.Equal(ServerFrame.Binary(payload), written.WrittenSpan.ToArray());
        Assert.Equal(0x82, written.WrittenSpan[0]);
    }

    [Fact]
    public void Control_frames_carry_at_most_125_bytes()
    {
        Assert.Equal(127, ServerFrame.Ping(new byte[125]).Length);
        Assert.Throws<ArgumentOutOfRangeException>(static () => ServerFrame.Ping(new byte[126]));
        Assert.Throws<ArgumentOutOfRangeException>(static () => ServerFrame.Pong(new byte[126]));
        Assert.Equal("8A0161", Convert.ToHexString(ServerFrame.Pong("a"u8)));
    }

    [Fact]
    public void A_close_frame_has_a_code_that_may_be_sent_and_a_reason_that_is_cut_between_characters()
    {
        Assert.Equal("8800", Convert.ToHexString(ServerFrame.Close()));
        Assert.Equal("880203E8", Convert.ToHexString(ServerFrame.Close(1000)));
        Assert.Equal("880403E86869", Convert.ToHexString(ServerFrame.Close(1000, "hi")));
        Assert.Throws<ArgumentOutOfRangeException>(static () => ServerFrame.Close(1005));
        Assert.Throws<ArgumentOutOfRangeException>(static () => ServerFrame.Close(70_000));
        var cut = ServerFrame.Close(1000, new string('é', 100));
        Assert.Equal(2 + 2 + 122, cut.Length);
        Assert.Equal(new string('é', 61), System.Text.Encoding.UTF8.GetString(cut.AsSpan(4)));
    }
}
