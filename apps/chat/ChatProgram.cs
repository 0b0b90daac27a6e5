using System.Globalization;
using Fanfare.Chat.Configuration;

namespace Fanfare.Chat;

/// <summary>Runs the chat until it is told to stop; a bad setting ends the start with a line of error.</summary>
internal static class ChatProgram
{
    private const int BadConfiguration = 2;
    private const int CannotListen = 3;

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
            await app.RunAsync();
            return 0;
        }
        catch (ConfigurationException exception)
        {
            await errors.WriteLineAsync(exception.Message);
            return BadConfiguration;
        }
        catch (IOException exception) when (exception.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await errors.WriteLineAsync($"urls: {exception.Message}");
            return CannotListen;
        }
    }
}
