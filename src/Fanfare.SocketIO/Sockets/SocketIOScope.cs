using System.Runtime.CompilerServices;
using Fanfare.SocketIO.Protocol;
using Microsoft.Extensions.Logging;

namespace Fanfare.SocketIO;

/// <summary>What all Socket.IO clients of the server share.</summary>
internal sealed class SocketIOScope(FanfareServer server, SocketIOOptions options, IPacketCodec codec, ILogger logger)
{
    private readonly ConditionalWeakTable<Namespace, SocketIOEncoder> _encoders = [];
    private readonly RecoveryOptions _noRecovery = new();

    public FanfareServer Server { get; } = server;

    public SocketIOOptions Options { get; } = options;

    public IPacketCodec Codec { get; } = codec;

    public ILogger Logger { get; } = logger;

    /// <summary>The encoder that all connections of a namespace share, so that what it sends is encoded once.</summary>
    public SocketIOEncoder EncoderOf(Namespace @namespace) =>
        _encoders.GetValue(@namespace, found => new SocketIOEncoder(found.Name, Codec, found.Options.Recovery));

    /// <summary>An encoder for what goes to one client alone.</summary>
    public SocketIOEncoder EncoderOf(string namespaceName) => new(namespaceName, Codec, _noRecovery);
}
