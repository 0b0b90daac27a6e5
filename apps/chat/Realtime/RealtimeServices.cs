using System.Text.Json.Serialization.Metadata;
using Fanfare.Chat.Accounts;
using Fanfare.Chat.Configuration;
using Fanfare.Chat.Http;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;
using Fanfare.ServerSentEvents;
using Fanfare.SocketIO;
using Fanfare.WebSockets;

namespace Fanfare.Chat.Realtime;

/// <summary>Adds Fanfare and the chat's namespace, and opens it on its wires.</summary>
internal static class RealtimeServices
{
    public static void AddRealtime(this IServiceCollection services, ChatOptions options)
    {
        services.AddFanfare(fanfare =>
        {
            fanfare.TypeInfoResolver = JsonTypeInfoResolver.Combine(RealtimeJson.Default, MessagesJson.Default, RoomsJson.Default);
            fanfare.DrainTime = TimeSpan.FromSeconds(15);
        });
        services.Configure<SocketIOOptions>(socketIO =>
        {
            socketIO.Engine.MaxConnectionsPerAddress = options.ConnectionsPerAddress;
            socketIO.Engine.MaxMessagesPerSecond = options.MessagesPerSecond;
            socketIO.Engine.MessageBurst = options.MessagesPerSecond * 2;
            foreach (var origin in options.AllowedOrigins)
            {
                socketIO.Engine.AllowedOrigins.Add(origin);
            }
        });
        services.AddSingleton(provider => provider.GetRequiredService<IFanfare>().Of(ChatNamespace.Name, chat =>
        {
            chat.Recovery.IsEnabled = true;
            chat.Limits.MaxConnectionsPerUser = options.ConnectionsPerUser;
            chat.Limits.MaxRooms = ChatRooms.MaximumPerConnection;
        }));
        services.AddSingleton(provider => provider.GetRequiredService<FanfareServer>().Wheel);
        services.AddSingleton<Typing>();
        services.AddSingleton<Visits>();
        services.AddSingleton<Presence>();
        services.AddSingleton<IPresence>(provider => provider.GetRequiredService<Presence>());
        services.AddSingleton<UnreadNotices>();
        services.AddSingleton<ChatEvents>();
        services.AddSingleton<ISignInEvents>(provider => provider.GetRequiredService<ChatEvents>());
        services.AddSingleton<IRoomEvents>(provider => provider.GetRequiredService<ChatEvents>());
        services.AddSingleton<IMessageEvents>(provider => provider.GetRequiredService<ChatEvents>());
        services.AddSingleton<RoomEntries>();
        services.AddSingleton<RoomRequests>();
        services.AddSingleton<ChatNamespace>();
    }

    /// <summary>Opens the namespace to clients of Socket.IO, to plain WebSockets and to event streams.</summary>
    public static void MapRealtime(this IEndpointRouteBuilder routes, ChatOptions options)
    {
        // Made here as it is configured, before a wire names it.
        routes.ServiceProvider.GetRequiredService<Namespace>();
        routes.MapSocketIO();
        routes.MapRooms("/ws", ChatNamespace.Name, rooms => Configure(rooms, options));
        routes.MapEventStream(AccessCookie.Path, ChatNamespace.Name, streams => Configure(streams, options));
    }

    private static void Configure(RoomsOptions rooms, ChatOptions options)
    {
        // The chat tells by itself who comes and goes.
        rooms.SendsNotices = false;
        rooms.ForbidsRoomsNotJoined = true;
        rooms.MaxConnectionsPerAddress = options.ConnectionsPerAddress;
        rooms.Rates.MaxMessagesPerSecond = options.MessagesPerSecond;
        rooms.Rates.MessageBurst = options.MessagesPerSecond * 2;
        foreach (var origin in options.AllowedOrigins)
        {
            rooms.AllowedOrigins.Add(origin);
        }
    }

    private static void Configure(EventStreamOptions streams, ChatOptions options)
    {
        streams.CookieName = AccessCookie.Name;
        streams.AllowQueryToken = options.Auth.QueryToken;
        streams.AllowCredentials = true;
        streams.MaxConnectionsPerAddress = options.ConnectionsPerAddress;
        foreach (var origin in options.AllowedOrigins)
        {
            streams.AllowedOrigins.Add(origin);
        }
    }
}
