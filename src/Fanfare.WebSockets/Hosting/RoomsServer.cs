using System.Collections.Concurrent;
using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fanfare.WebSockets;

/// <summary>The plain endpoints of the application.</summary>
internal sealed class RoomsServer(FanfareServer server, IOptions<FanfareOptions> options, DrainList drains, AddressLimiter addresses, ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<Namespace, RoomNotices> _notices = new();
    private readonly RoomsEncoder _withNotices = new(sendsNotices: true);
    private readonly RoomsEncoder _withoutNotices = new(sendsNotices: false);

    /// <summary>An endpoint for a namespace.</summary>
    public RoomsEndpoint CreateEndpoint(string namespaceName, RoomsOptions roomsOptions)
    {
        var found = server.Of(namespaceName);
        if (roomsOptions.SendsNotices)
        {
            _notices.GetOrAdd(found, static (found, encoder) => new RoomNotices(found, encoder), _withNotices);
        }

        var logger = loggers.CreateLogger<RoomsServer>();
        var scope = new RoomsScope
        {
            Namespace = found,
            Options = roomsOptions,
            Encoder = roomsOptions.SendsNotices ? _withNotices : _withoutNotices,
            OutboxLimits = options.Value.Outbox,
            WebSocketLimits = new WebSocketLimits
            {
                MaxMessageBytes = roomsOptions.MaxUnauthenticatedBytes,
                MaxFragments = roomsOptions.MaxFragments,
                AllowDirectWrites = roomsOptions.AllowDirectWrites,
            },
            Scheduler = server.Scheduler,
            Serializer = server.Serializer,
            Metrics = server.Metrics,
            Logger = logger,
        };
        var endpoint = new RoomsEndpoint(scope, addresses);
        drains.Add(endpoint.DrainAsync);
        return endpoint;
    }
}
