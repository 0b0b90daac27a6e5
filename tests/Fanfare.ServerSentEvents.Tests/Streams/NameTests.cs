using System.Net;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class NameTests
{
    [Theory]
    [InlineData("open%2Fa", "open/a")]
    [InlineData("open%2fa", "open/a")]
    [InlineData("open%252Fa", "open%2Fa")]
    [InlineData("open%252fa", "open%2fa")]
    [InlineData("open%25252Fa", "open%252Fa")]
    [InlineData("open%20a", "open a")]
    [InlineData("open+a", "open+a")]
    [InlineData("open%2Ba", "open+a")]
    [InlineData("open%3Fa", "open?a")]
    [InlineData("open%23a", "open#a")]
    [InlineData("open%C3%A9", "opené")]
    [InlineData("open%F0%9F%98%80", "open😀")]
    [InlineData("%6Fpen", "open")]
    [InlineData("open;a=b", "open;a=b")]
    [InlineData("open/", "open")]
    public async Task A_room_in_the_path_is_decoded_once(string path, string room)
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await RawStream.OpenAsync(host.Address, $"/events/rooms/{path}");
        await reader.NextAsync();
        await host.Main.To(room).EmitAsync("n", 1);

        Assert.Equal("n", (await reader.NextAsync()).Name);
        Assert.Equal(room, Assert.Single(Assert.Single(host.Main.Connections).Rooms.Skip(1), static room => !User.OwnsRoom(room)));
    }

    [Theory]
    [InlineData("open%2Fa", "open/a")]
    [InlineData("open/a", "open/a")]
    [InlineData("open%252Fa", "open%2Fa")]
    [InlineData("open+a", "open a")]
    [InlineData("open%2Ba", "open+a")]
    [InlineData("open%26a", "open&a")]
    [InlineData("open%C3%A9", "opené")]
    public async Task A_room_in_the_query_is_decoded_once(string value, string room)
    {
        await using var host = await StreamHost.StartAsync();
        await using var reader = await RawStream.OpenAsync(host.Address, $"/events/rooms/open-1?x=y&room={value}&room=open-1&%72oom=open-2");
        await reader.NextAsync();

        Assert.Equal(["open-1", room, "open-2"], Assert.Single(host.Main.Connections).Rooms.Skip(1).Where(static room => !User.OwnsRoom(room)));
    }

    [Theory]
    [InlineData("/events/rooms/open%2")]
    [InlineData("/events/rooms/open%zz")]
    [InlineData("/events/rooms/open%FF")]
    [InlineData("/events/rooms/open%C3")]
    [InlineData("/events/rooms/open%0A")]
    [InlineData("/events/rooms/open%7F")]
    [InlineData("/events/rooms/open?room=%")]
    [InlineData("/events/rooms/open?room=%ED%A0%80")]
    [InlineData("/events/rooms/open?room=")]
    [InlineData("/events/rooms/open?room=a%00")]
    [InlineData("/events/rooms/open/.")]
    [InlineData("/events/rooms/open/x/..")]
    public async Task A_name_that_cannot_be_one_is_a_bad_request(string path)
    {
        await using var host = await StreamHost.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, await host.StatusAsync(path));
    }

    [Fact]
    public async Task A_name_has_255_bytes_at_most_and_a_stream_128_rooms()
    {
        await using var host = await StreamHost.StartAsync();
        var rooms = string.Concat(Enumerable.Range(0, 127).Select(static i => $"&room=open{i}"));

        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync("/events/rooms/" + "open".PadRight(255, 'x')));
        Assert.Equal(HttpStatusCode.BadRequest, await host.StatusAsync("/events/rooms/" + "open".PadRight(256, 'x')));
        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync("/events/rooms/open?" + rooms));
        Assert.Equal(HttpStatusCode.BadRequest, await host.StatusAsync("/events/rooms/open?" + rooms + "&room=open-more"));
    }

    /// <summary>Under a policy that lets everybody in everywhere, which is what an attacker hopes for.</summary>
    [Fact]
    public async Task The_rooms_that_the_server_keeps_cannot_be_named_however_they_are_spelled()
    {
        await using var host = await StreamHost.StartAsync();
        host.Main.AuthorizeRooms(static (_, _) => ValueTask.FromResult(true));
        await using var victim = await host.ReadAsync("/events/user", "bob");
        var id = Assert.Single(host.Main.Connections).Id;
        string[] spellings =
        [
            "user:bob", "user%3Abob", "user%3abob", "%75ser:bob", "%75%73%65%72%3A%62%6F%62", "user:%62ob", "user:", "user:bob%2F", "user:bob%20", "user-silent:bob", "user-silent%3Abob", id, "%" + ((int)id[0]).ToString("X2", null) + id[1..],
        ];
        foreach (var spelling in spellings)
        {
            Assert.Equal((spelling, HttpStatusCode.Forbidden), (spelling, await host.StatusAsync($"/events/rooms/{spelling}")));
            Assert.Equal((spelling, HttpStatusCode.Forbidden), (spelling, await host.StatusAsync($"/events/rooms/open?room={spelling}")));
        }

        // What only looks like one is another room.
        string[] others = ["User:bob", "USER:bob", "user%EF%BC%9Abob", "%EF%BD%95ser:bob", "%20user:bob", "user%253Abob", "%2575ser:bob", "u%D1%95er:bob", "user.bob", "user%2Fbob"];
        var readers = new List<RawStream>();
        foreach (var other in others)
        {
            var reader = await RawStream.OpenAsync(host.Address, $"/events/rooms/{other}");
            await reader.NextAsync();
            readers.Add(reader);
        }

        await host.Main.To(User.RoomOf("bob")).EmitAsync("secret", 1);
        Assert.Equal("secret", (await victim.NextAsync()).Name);
        foreach (var stream in host.Main.Connections.Where(static stream => stream.User.Id == "ann"))
        {
            await stream.EmitAsync("marker", 1);
        }

        foreach (var reader in readers)
        {
            Assert.Equal("marker", (await reader.NextAsync()).Name);
            await reader.DisposeAsync();
        }
    }
}
