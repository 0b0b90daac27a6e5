using System.Globalization;
using System.Net.Sockets;
using Fanfare.Chat.Configuration;

namespace Fanfare.Chat;

/// <summary>Runs the chat until it is told to stop; a bad setting ends the start with a line of error.</summary>
internal static class ChatProgram
{
    private const int BadConfiguration = 2;
    private const int CannotListen = 3;
    private const string ListenKey = "urls";

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter errors)
    {
        // What is written and compared is the same in every country.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            await using var app = ChatApplication.Build(args);
            await app.PrepareAsync();
            await ListenAsync(app);
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (ConfigurationException exception)
        {
            await errors.WriteLineAsync(exception.Message);
            return exception.Key == ListenKey ? CannotListen : BadConfiguration;
        }
    }

    // Taken already, not of this machine, not allowed, without a certificate: the server tells each in its own way.
    private static async Task ListenAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException or InvalidOperationException)
        {
            throw new ConfigurationException(ListenKey, exception.Message.ReplaceLineEndings(" "));
        }
    }
}
