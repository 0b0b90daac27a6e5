using System.Text.Json.Serialization.Metadata;

namespace Fanfare;

/// <summary>Options of the whole server.</summary>
public sealed class FanfareOptions
{
    /// <summary>Describes the application's types to the serializer; set source-generated contexts here for Native AOT. By default reflection, where the platform allows it.</summary>
    public IJsonTypeInfoResolver? TypeInfoResolver { get; set; }

    /// <summary>How much may wait for one slow reader. Defaults: 1 MiB, 1,024 messages, oldest 10 s.</summary>
    public OutboxLimits Outbox { get; } = new();

    /// <summary>
    /// Whether the writes of several connections may leave with one system call where the operating system allows it, as a broadcast's do (Linux, io_uring). Default true:
    /// where it is refused, as many containers do, each connection is written to by itself.
    /// </summary>
    public bool AllowWriteBatches { get; set; } = true;

    /// <summary>How long closing all connections may take when the server is told to stop. Default 25 s, within the 30 s that hosts usually wait.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Applied to the options of every namespace when it is made.</summary>
    public Action<NamespaceOptions>? ConfigureNamespaces { get; set; }
}
