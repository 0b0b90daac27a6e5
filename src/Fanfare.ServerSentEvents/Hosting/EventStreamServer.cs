using Fanfare.AspNetCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fanfare.ServerSentEvents;

/// <summary>Makes the endpoints of event streams and of publishing.</summary>
internal sealed class EventStreamServer(
    FanfareServer server, IOptions<FanfareOptions> options, DrainList drains, AddressLimiter addresses, QueryTokenPrivacy privacy, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>The namespace with this name.</summary>
    public Namespace Find(string name) => server.Of(name);

    /// <summary>An endpoint for streams.</summary>
    public EventStreamEndpoint CreateStreams(Namespace @namespace, EventStreamOptions streamOptions)
    {
        streamOptions.Validate();
        var logger = loggers.CreateLogger<EventStreamServer>();
        var origins = streamOptions.CheckOrigin ? new OriginPolicy(streamOptions.AllowedOrigins) : null;
        var endpoint = new EventStreamEndpoint(new EventStreamScope
        {
            Namespace = @namespace,
            Options = streamOptions,
            OutboxLimits = options.Value.Outbox,
            Scheduler = server.Scheduler,
            Time = time,
            Metrics = server.Metrics,
            Logger = logger,
            Gate = new ConnectionGate(origins, addresses, streamOptions.MaxConnectionsPerAddress, server.Metrics, logger),
        });
        drains.Add(endpoint.DrainAsync);
        if (streamOptions.AllowQueryToken)
        {
            privacy.TurnOn();
        }

        return endpoint;
    }

    /// <summary>An endpoint for publishing.</summary>
    public PublishEndpoint CreatePublish(Namespace @namespace, PublishOptions publishOptions)
    {
        publishOptions.Validate();
        return new PublishEndpoint(@namespace, publishOptions, server, time, loggers.CreateLogger<EventStreamServer>());
    }
}
