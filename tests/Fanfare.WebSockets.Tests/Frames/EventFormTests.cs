using System.Text;
using System.Text.Json.Nodes;

namespace Fanfare.WebSockets.Tests.Frames;

/// <summary>One event, natural on each wire, out and in: product section 4 and section 12 "Events on other wires".</summary>
public sealed class EventFormTests
{
    [Theory]
    [InlineData("""{"from":"a","content":1}""", """{"type":"e","from":"a","content":1,"cursor":"C","room":"open"}""")]
    [InlineData("""{}""", """{"type":"e","cursor":"C","room":"open"}""")]
    [InlineData("""{"room":"mine"}""", """{"type":"e","room":"mine","cursor":"C"}""")]
    [InlineData("""{"type":"x"}""", """{"type":"e","args":[{"type":"x"}],"cursor":"C","room":"open"}""")]
    [InlineData("""{"cursor":1}""", """{"type":"e","args":[{"cursor":1}],"cursor":"C","room":"open"}""")]
    [InlineData("""{"a":0,"ref":1}""", """{"type":"e","args":[{"a":0,"ref":1}],"cursor":"C","room":"open"}""")]
    [InlineData("""{"args":[]}""", """{"type":"e","args":[{"args":[]}],"cursor":"C","room":"open"}""")]
    [InlineData("""[1]""", """{"type":"e","args":[[1]],"cursor":"C","room":"open"}""")]
    [InlineData("\"é€😀\"", """{"type":"e","args":["é€😀"],"cursor":"C","room":"open"}""")]
    [InlineData("null", """{"type":"e","args":[null],"cursor":"C","room":"open"}""")]
    public async Task A_single_object_lies_flat_unless_a_key_of_it_is_the_wires(string argument, string expected)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);

        var cursor = await server.Main.To("open").EmitAsync("e", JsonNode.Parse(argument));

        Assert.Equal(expected.Replace("\"C\"", $"\"{cursor}\"", StringComparison.Ordinal), await client.NextAsync());
    }

    [Fact]
    public async Task No_argument_and_several_travel_as_args()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);

        var first = await server.Main.To("open").EmitAsync("e");
        var second = await server.Main.To("open").EmitAsync("e", new { a = 1 }, "two");

        Assert.Equal($$"""{"type":"e","args":[],"cursor":"{{first}}","room":"open"}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"e","args":[{"a":1},"two"],"cursor":"{{second}}","room":"open"}""", await client.NextAsync());
    }

    [Fact]
    public async Task The_room_is_told_only_when_there_is_one_that_clients_can_name()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);
        var main = server.Main;

        var toAll = await main.EmitAsync("e", 1);
        var toTwo = await main.To(["open", "open-2"]).EmitAsync("e", 2);
        var toUser = await main.To(User.RoomOf("u1")).EmitAsync("e", 3);
        await main.To(client.ClientId).EmitAsync("e", 4);

        Assert.Equal($$"""{"type":"e","args":[1],"cursor":"{{toAll}}"}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"e","args":[2],"cursor":"{{toTwo}}"}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"e","args":[3],"cursor":"{{toUser}}"}""", await client.NextAsync());
        Assert.Equal("""{"type":"e","args":[4]}""", await client.NextAsync());
    }

    [Fact]
    public async Task What_is_not_kept_has_no_cursor()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);

        Assert.Null(await server.Main.To("open").Transient.EmitAsync("e", new { a = 1 }));
        Assert.Null(await server.Main.To("open").Volatile.EmitAsync("v", new { a = 1 }));

        Assert.Equal("""{"type":"e","a":1,"room":"open"}""", await client.NextAsync());
        Assert.Equal("""{"type":"v","a":1,"room":"open"}""", await client.NextAsync());
    }

    [Fact]
    public async Task Binary_is_base64_with_padding_and_nothing_marks_it()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);

        await server.Main.To("open").Transient.EmitAsync("e", new { data = new byte[] { 1, 2, 3, 255 }, name = "x" });
        await server.Main.To("open").Transient.EmitAsync("e", new byte[] { 0xFB, 0xFF }, 1);
        await server.Main.To("open").Transient.EmitAsync("e", Array.Empty<byte>());

        Assert.Equal("""{"type":"e","data":"AQID/w==","name":"x","room":"open"}""", await client.NextAsync());
        Assert.Equal("""{"type":"e","args":["+/8=",1],"room":"open"}""", await client.NextAsync());
        Assert.Equal("""{"type":"e","args":[""],"room":"open"}""", await client.NextAsync());
    }

    [Theory]
    [InlineData("connected")]
    [InlineData("authenticated")]
    [InlineData("joined")]
    [InlineData("left")]
    [InlineData("ack")]
    [InlineData("pong")]
    [InlineData("error")]
    [InlineData("reset")]
    [InlineData("reconnect")]
    [InlineData("event")]
    [InlineData("user_joined")]
    [InlineData("user_left")]
    public async Task An_event_named_like_a_frame_of_the_wire_travels_under_event(string name)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await PlainClient.JoinAsync(server);

        var first = await server.Main.To("open").EmitAsync(name, new { code = 1 });
        await server.Main.Transient.EmitAsync(name);

        Assert.Equal($$"""{"type":"event","event":"{{name}}","args":[{"code":1}],"cursor":"{{first}}","room":"open"}""", await client.NextAsync());
        Assert.Equal($$"""{"type":"event","event":"{{name}}","args":[]}""", await client.NextAsync());
    }

    [Theory]
    [InlineData("user_joined")]
    [InlineData("user_left")]
    public async Task Without_the_built_in_notices_their_names_are_the_applications(string name)
    {
        await using var server = await TestServer.StartAsync(rooms: static options => options.SendsNotices = false);
        await using var client = await PlainClient.JoinAsync(server);

        await server.Main.To("open").Transient.EmitAsync(name, new { userName = "Ann" });

        Assert.Equal($$"""{"type":"{{name}}","userName":"Ann","room":"open"}""", await client.NextAsync());
    }

    [Theory]
    [InlineData("""{"type":"in","a":1,"ref":"r","b":[2]}""", """1: [{"a":1,"b":[2]}]""")]
    [InlineData("""{ "b" : [ 2 ] , "type":"in" , "a" : 1 , "ref":1}""", """1: [{"b" : [ 2 ],"a" : 1}]""")]
    [InlineData("""{"type":"in","ref":1}""", """1: [{}]""")]
    [InlineData("""{"type":"in","args":[],"ref":1}""", """0: []""")]
    [InlineData("""{"type":"in","args":[ ],"ref":1}""", """0: [ ]""")]
    [InlineData("""{"type":"in","args":["x",{"type":"y","ref":2}],"ignored":1,"ref":1}""", """2: ["x",{"type":"y","ref":2}]""")]
    [InlineData("""{"type":"in","room":"open","token":"t","since":"s","ref":1}""", """1: [{"room":"open","token":"t","since":"s"}]""")]
    [InlineData("""{"\u0074ype":"in","a":"\u00e9","r\u0065f":1}""", """1: [{"a":"\u00e9"}]""")]
    public async Task The_fields_of_a_request_are_one_object_and_args_are_positional(string text, string expected)
    {
        var seen = new Recorder<string>();
        await using var server = await TestServer.StartAsync(main => main.On("in", context =>
        {
            seen.Add($"{context.Arguments.Count}: [{Encoding.UTF8.GetString(context.Arguments.Json.Span)}]");
            context.Ack();
        }));
        await using var client = await PlainClient.EnterAsync(server);

        Assert.StartsWith("""{"type":"ack",""", await client.AskAsync(text), StringComparison.Ordinal);

        Assert.Equal(expected, await seen.Next());
    }
}
