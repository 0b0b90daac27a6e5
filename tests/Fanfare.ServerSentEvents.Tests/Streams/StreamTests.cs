using System.Net;
using System.Text.Json;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class StreamTests
{
    [Fact]
    public async Task A_fresh_stream_begins_with_a_comment_the_retry_and_connected_with_the_head()
    {
        await using var host = await StreamHost.StartAsync(static options => options.RetryDelay = TimeSpan.FromMilliseconds(1234));
        var cursor = await host.Main.To("open").EmitAsync("before", 1);

        await using var reader = await host.OpenAsync();
        var connected = await reader.NextAsync();

        Assert.Equal(HttpStatusCode.OK, reader.Status);
        Assert.Equal("text/event-stream; charset=utf-8", reader.Response.Content.Headers.ContentType!.ToString());
        Assert.True(reader.Response.Headers.CacheControl!.NoCache);
        Assert.Contains("no-transform", reader.Response.Headers.CacheControl.ToString(), StringComparison.Ordinal);
        Assert.Equal(["no"], reader.Response.Headers.GetValues("X-Accel-Buffering"));
        Assert.Null(reader.Response.Content.Headers.ContentLength);
        Assert.Equal("connected", connected.Name);
        Assert.Equal(cursor.ToString(), connected.LastEventId);
        Assert.InRange(JsonDocument.Parse(connected.Data).RootElement.GetProperty("time").GetInt64(), 1, long.MaxValue);
        Assert.Equal(1234, reader.Retry);
        Assert.Equal(1, reader.Comments);
    }

    [Fact]
    public async Task Events_come_with_their_name_cursor_and_arguments()
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await host.ReadAsync();

        var cursor = await host.Main.To("open").EmitAsync("message", new { text = "hé\n" });
        await host.Main.To("open").EmitAsync("pair", 1, "two");
        await host.Main.To("open").EmitAsync("nothing");
        await host.Main.To("open").EmitAsync("binary", new byte[] { 1, 2, 3 });

        Assert.Equal(new StreamEvent("message", """{"text":"hé\n"}""", cursor.ToString()!), await reader.NextAsync());
        var rest = await reader.TakeAsync(3);
        Assert.Equal(("pair", """[1,"two"]"""), (rest[0].Name, rest[0].Data));
        Assert.Equal(("nothing", "[]"), (rest[1].Name, rest[1].Data));
        Assert.Equal(("binary", "\"AQID\""), (rest[2].Name, rest[2].Data));
    }

    [Theory]
    [InlineData("connected")]
    [InlineData("reset")]
    [InlineData("open")]
    [InlineData("error")]
    [InlineData("event")]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task An_event_whose_name_the_wire_cannot_say_is_wrapped(string name)
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await host.ReadAsync();

        await host.Main.To("open").EmitAsync(name, 7);

        var found = await reader.NextAsync();
        var data = JsonDocument.Parse(found.Data).RootElement;
        Assert.Equal("event", found.Name);
        Assert.Equal(name, data.GetProperty("event").GetString());
        Assert.Equal("[7]", data.GetProperty("args").GetRawText());
    }

    [Fact]
    public async Task What_is_not_kept_has_no_id()
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await host.ReadAsync();
        var head = reader.LastEventId;

        await host.Main.To("open").Transient.EmitAsync("typing", 1);

        Assert.Equal(head, (await reader.NextAsync()).LastEventId);
    }

    [Fact]
    public async Task Each_stream_carries_its_own_and_nothing_else()
    {
        await using var host = await StreamHost.StartAsync();
        await using var general = await host.ReadAsync("/events");
        await using var rooms = await host.ReadAsync("/events/rooms/open-a?room=open-b&room=private-ann");
        await using var user = await host.ReadAsync("/events/user");

        await host.Main.EmitAsync("all", 1);
        await host.Main.To("open-a").EmitAsync("a", 1);
        await host.Main.To("open-b").EmitAsync("b", 1);
        await host.Main.To("private-ann").EmitAsync("c", 1);
        await host.Main.To("open-c").EmitAsync("other", 1);
        await host.Main.To(User.RoomOf("ann")).EmitAsync("mine", 1);
        await host.Main.To(["open-a", User.RoomOf("ann")]).EmitAsync("end", 1);
        await host.Main.EmitAsync("end", 1);

        Assert.Equal(["all", "end"], (await general.TakeAsync(2)).Select(static found => found.Name));
        Assert.Equal(["a", "b", "c", "end"], (await rooms.TakeAsync(4)).Select(static found => found.Name));
        Assert.Equal(["mine", "end"], (await user.TakeAsync(2)).Select(static found => found.Name));
    }

    [Fact]
    public async Task A_resumed_stream_gets_what_it_missed_once_and_in_order_and_then_lives()
    {
        await using var host = await StreamHost.StartAsync();
        string last;
        await using (var reader = await host.ReadAsync())
        {
            await host.Main.To("open").EmitAsync("n", 0);
            last = (await reader.NextAsync()).LastEventId;
        }

        for (var i = 1; i <= 700; i++)
        {
            await host.Main.To(i % 2 == 0 ? "open" : "open-other").EmitAsync("n", i);
        }

        await using var resumed = await host.OpenAsync(since: last);
        var connected = await resumed.NextAsync();
        await host.Main.To("open").EmitAsync("n", 701);
        var missed = await resumed.TakeAsync(351);

        Assert.Equal(("connected", ""), (connected.Name, connected.LastEventId));
        Assert.Equal([.. Enumerable.Range(1, 350).Select(static i => 2 * i), 701], missed.Select(static found => int.Parse(found.Data, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("nonsense", "epoch")]
    [InlineData("foreign-1", "epoch")]
    public async Task A_cursor_that_cannot_be_resumed_from_gives_one_reset_with_the_head(string since, string reason)
    {
        await using var host = await StreamHost.StartAsync();
        var head = await host.Main.To("open").EmitAsync("n", 0);

        await using var reader = await host.OpenAsync(since: since);
        var first = await reader.TakeAsync(2);
        await host.Main.To("open").EmitAsync("n", 1);

        Assert.Equal(new StreamEvent("reset", $$"""{"reason":"{{reason}}"}""", head.ToString()!), first[1]);
        Assert.Equal(("n", "1"), ((await reader.NextAsync()) is { } live ? (live.Name, live.Data) : default));
    }

    [Fact]
    public async Task A_cursor_of_which_the_log_has_lost_something_gives_a_reset()
    {
        await using var host = await StreamHost.StartAsync(fanfare: static options => options.ConfigureNamespaces = static n => n.History.MaxCountPerRoom = 3);
        var since = await host.Main.To("open").EmitAsync("n", 0);
        for (var i = 0; i < 5; i++)
        {
            await host.Main.To("open").EmitAsync("n", i);
        }

        await using var reader = await host.OpenAsync(since: since.ToString());

        Assert.Equal("""{"reason":"trimmed"}""", (await reader.TakeAsync(2))[1].Data);
    }

    [Fact]
    public async Task The_query_resumes_too_and_the_header_wins()
    {
        await using var host = await StreamHost.StartAsync();
        var first = await host.Main.To("open").EmitAsync("n", 0);
        var second = await host.Main.To("open").EmitAsync("n", 1);
        await host.Main.To("open").EmitAsync("n", 2);

        await using var byQuery = await host.OpenAsync($"/events/rooms/open?lastEventId=bad&lastEventId={first}");
        await using var byHeader = await host.OpenAsync($"/events/rooms/open?lastEventId={first}", since: second.ToString());

        Assert.Equal(["connected", "1", "2"], (await byQuery.TakeAsync(3)).Select(static found => found.Name == "n" ? found.Data : found.Name));
        Assert.Equal(["connected", "2"], (await byHeader.TakeAsync(2)).Select(static found => found.Name == "n" ? found.Data : found.Name));
    }
}
