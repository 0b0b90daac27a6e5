using System.Text.Json.Serialization.Metadata;
using Fanfare.Chat.Accounts;
using Fanfare.Chat.Configuration;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Rooms;
using Fanfare.SocketIO;

namespace Fanfare.Chat.Realtime;

/// <summary>Adds Fanfare and the chat's namespace.</summary>
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

            // One more than chat rooms: that of the sign-in.
            chat.Limits.MaxRooms = ChatRooms.MaximumPerConnection + 1;
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
        services.AddSingleton<RoomRequests>();
        services.AddSingleton<ChatNamespace>();
    }
}
