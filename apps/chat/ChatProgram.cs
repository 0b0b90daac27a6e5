using System.Globalization;
using Fanfare.Chat.Configuration;

namespace Fanfare.Chat;

/// <summary>Runs the chat until it is told to stop; a bad setting ends the start with a line on standard error.</summary>
internal static class ChatProgram
{
    private const int BadConfiguration = 2;
    private const int CannotListen = 3;

    public static async Task<int> RunAsync(string[] args)
    {
        // What is written and compared is the same in every country.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            await using var app = ChatApplication.Build(args);
            await app.PrepareAsync();
            await app.RunAsync();
            return 0;
        }
        catch (ConfigurationException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return BadConfiguration;
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"urls: {exception.Message}");
            return CannotListen;
        }
    }
}
