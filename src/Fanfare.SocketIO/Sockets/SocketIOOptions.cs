using Microsoft.Extensions.Options;

namespace Fanfare.SocketIO;

/// <summary>Options of the Socket.IO server.</summary>
public sealed class SocketIOOptions
{
    /// <summary>The transport below.</summary>
    public EngineOptions Engine { get; } = new();

    /// <summary>Time that a client has to enter a first namespace. Default 45 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Binary values in one packet. Default 10.</summary>
    public int MaxAttachments { get; set; } = 10;

    /// <summary>Time in which all binary values of a packet have to come. Default 10 s.</summary>
    public TimeSpan AttachmentTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Levels of nesting in a packet's JSON, the event's own array included. Default 32.</summary>
    public int MaxJsonDepth { get; set; } = 32;

    /// <summary>Namespaces that one client may be in at a time. Default 100.</summary>
    public int MaxNamespaces { get; set; } = 100;
}

/// <summary>Refuses options that cannot work, before the first request.</summary>
internal sealed class SocketIOOptionsValidator : IValidateOptions<SocketIOOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SocketIOOptions options)
    {
        var failures = new List<string>();
        options.Engine.Validate("SocketIOOptions.Engine", failures);
        if (options.ConnectTimeout <= TimeSpan.Zero)
        {
            failures.Add($"SocketIOOptions.ConnectTimeout is {options.ConnectTimeout}; it must be longer than zero (default 00:00:45).");
        }

        if (options.AttachmentTimeout <= TimeSpan.Zero)
        {
            failures.Add($"SocketIOOptions.AttachmentTimeout is {options.AttachmentTimeout}; it must be longer than zero (default 00:00:10).");
        }

        if (options.MaxAttachments < 0)
        {
            failures.Add($"SocketIOOptions.MaxAttachments is {options.MaxAttachments}; it must not be negative (default 10).");
        }

        if (options.MaxJsonDepth is < 1 or > 64)
        {
            failures.Add($"SocketIOOptions.MaxJsonDepth is {options.MaxJsonDepth}; it must be between 1 and 64 (default 32).");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
