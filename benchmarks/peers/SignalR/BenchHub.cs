using Microsoft.AspNetCore.SignalR;

namespace Fanfare.Benchmarks.SignalR;

/// <summary>The same work as the <c>bench</c> profile of tests/ConformanceHost, in SignalR's words.</summary>
internal sealed class BenchHub : Hub
{
    public Task Join(string room) => Groups.AddToGroupAsync(Context.ConnectionId, room);

    public Task Message(ChatMessage message) => Clients.Group(message.RoomId).SendAsync("message", message);

#pragma warning disable CA1822 // SignalR finds instance methods only.
    public string Echo(string value) => value;
#pragma warning restore CA1822
}
