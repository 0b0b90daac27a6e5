using System.Buffers;

namespace Fanfare.SocketIO.Protocol.Tests.Engine;

public sealed class EnginePacketTests
{
    [Theory]
    [InlineData("4hello", EnginePacketType.Message, "hello")]
    [InlineData("2probe", EnginePacketType.Ping, "probe")]
    [InlineData("5", EnginePacketType.Upgrade, "")]
    [InlineData("6", EnginePacketType.Noop, "")]
    public void A_text_message_is_a_type_digit_and_data(string text, EnginePacketType type, string data)
    {
        Assert.True(EnginePacketReader.TryRead(Wire.Bytes(text), out var actual, out var rest));
        Assert.Equal(type, actual);
        Assert.Equal(data, Wire.Text(rest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("abc")]
    [InlineData(" 4")]
    [InlineData("/")]
    public void A_text_message_of_unknown_type_is_refused(string text) =>
        Assert.False(EnginePacketReader.TryRead(Wire.Bytes(text), out _, out _));

    [Fact]
    public void A_handshake_has_the_five_keys_of_the_protocol_in_order()
    {
        var handshake = new EngineHandshake { Sid = "T_MyvYvxuUYXJtbZAAAA", Upgrades = ["websocket"] };

        Assert.Equal(
            """0{"sid":"T_MyvYvxuUYXJtbZAAAA","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}""",
            Wire.Written(handshake.Write));
        Assert.Contains("\"upgrades\":[],", Wire.Written(new EngineHandshake { Sid = "x" }.Write), StringComparison.Ordinal);
    }

    [Fact]
    public void A_handshake_is_read_back()
    {
        var written = new EngineHandshake
        {
            Sid = "abc.node-1",
            Upgrades = ["websocket", "webtransport"],
            PingInterval = TimeSpan.FromMilliseconds(300),
            PingTimeout = TimeSpan.FromMilliseconds(200),
            MaxPayloadBytes = 1234,
        };
        var output = new ArrayBufferWriter<byte>();
        written.Write(output);

        Assert.True(EngineHandshake.TryParse(output.WrittenSpan[1..], out var read));
        Assert.Equal(written.Sid, read.Sid);
        Assert.Equal(written.Upgrades, read.Upgrades);
        Assert.Equal((written.PingInterval, written.PingTimeout, written.MaxPayloadBytes), (read.PingInterval, read.PingTimeout, read.MaxPayloadBytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"sid":1,"upgrades":[],"pingInterval":1,"pingTimeout":1}""")]
    [InlineData("""{"sid":"x","upgrades":[1],"pingInterval":1,"pingTimeout":1}""")]
    [InlineData("""{"sid":"x","upgrades":[],"pingInterval":-1,"pingTimeout":1}""")]
    [InlineData("""{"sid":"x","upgrades":[],"pingInterval":1.5,"pingTimeout":1}""")]
    [InlineData("""{"sid":"x","upgrades":[],"pingInterval":1e99,"pingTimeout":1}""")]
    [InlineData("""{"sid":"x","sid":"y","upgrades":[],"pingInterval":1,"pingTimeout":1}""")]
    [InlineData("""{"sid":"\ud800","upgrades":[],"pingInterval":1,"pingTimeout":1}""")]
    public void What_is_no_handshake_is_refused(string text) =>
        Assert.False(EngineHandshake.TryParse(Wire.Bytes(text), out _));
}
