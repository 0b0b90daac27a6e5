using Fanfare.AspNetCore;
using Fanfare.SocketIO.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fanfare.SocketIO;

/// <summary>The Engine.IO endpoints of the application and the Socket.IO server on top of one of them.</summary>
internal sealed class SocketIOServer
{
    private readonly DrainList _drains;
    private readonly AddressLimiter _addresses;
    private readonly SocketIOScope _scope;
    private readonly OutboxLimits _outboxLimits;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;

    public SocketIOServer(
        FanfareServer server, IOptions<SocketIOOptions> options, IOptions<FanfareOptions> fanfareOptions, DrainList drains, AddressLimiter addresses, TimeProvider time, ILoggerFactory loggers)
    {
        _drains = drains;
        _addresses = addresses;
        var codec = new JsonPacketCodec(new PacketDecoderOptions
        {
            MaxAttachments = options.Value.MaxAttachments,
            MaxJsonDepth = options.Value.MaxJsonDepth,
        });
        _scope = new SocketIOScope(server, options.Value, codec, loggers.CreateLogger<SocketIOServer>());
        _outboxLimits = fanfareOptions.Value.Outbox;
        _time = time;
        _loggers = loggers;
    }

    /// <summary>An endpoint that speaks Socket.IO.</summary>
    public EngineServer CreateEndpoint() => Create(_scope.Options.Engine, session => new SocketIOSession(session, _scope));

    /// <summary>An endpoint that speaks bare Engine.IO.</summary>
    public EngineServer CreateBareEndpoint(EngineOptions options, Action<EngineConnection> onConnection) => Create(options, session =>
    {
        var connection = new EngineConnection(session);
        onConnection(connection);
        return connection;
    });

    private EngineServer Create(EngineOptions options, Func<EngineSession, IEngineHandler> accept)
    {
        var engine = new EngineServer(options, _scope.Server, _addresses, _outboxLimits, _time, _loggers, accept);
        _drains.Add(engine.DrainAsync);
        return engine;
    }
}
