// The README's server, made ready for Native AOT: a slim host, and JSON types known at compile time.
using System.Text.Json.Serialization;
using Fanfare;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddFanfare(options => options.TypeInfoResolver = ChatJson.Default);

var app = builder.Build();
var chat = app.Services.GetRequiredService<IFanfare>().Of("/chat");

chat.OnConnection(socket =>
{
    socket.On("join", async (string room) =>
    {
        await socket.JoinAsync(room);
        return socket.Rooms.Count;
    });
    socket.On("message", async (ChatMessage message) =>
    {
        await chat.To(message.Room).EmitAsync("message", message);
    });
});

app.MapSocketIO();
app.Run();

internal sealed record ChatMessage(string Room, string Text);

[JsonSerializable(typeof(ChatMessage))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ChatJson : JsonSerializerContext;
