using Microsoft.AspNetCore.Http;

namespace Fanfare.ServerSentEvents;

/// <summary>Options of one mapping of publishing over HTTP. Read when it is mapped.</summary>
public sealed class PublishOptions
{
    /// <summary>
    /// Whether a caller may publish. Default nobody may, unless the endpoint has <c>RequireAuthorization()</c>, which has decided then.
    /// The user is the one that the namespace's authenticator made of the token in <c>Authorization: Bearer</c>.
    /// </summary>
    public Func<User, HttpContext, ValueTask<bool>>? Allow { get; set; }

    /// <summary>Whether requests of foreign origins are refused with 403. Default true. Turn it off only where something in front checks.</summary>
    public bool CheckOrigin { get; set; } = true;

    /// <summary>Origins besides the same one, as <c>scheme://host[:port]</c>, that may publish. Default none.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The largest body in bytes; a larger one is 413. Default 64 KiB.</summary>
    public int MaxBodyBytes { get; set; } = 64 * 1024;

    /// <summary>Levels of nesting in a body, its own object included: 1 to 64. Default 32.</summary>
    public int MaxJsonDepth { get; set; } = 32;

    /// <summary>How long an <c>id</c> is remembered. Default 5 minutes.</summary>
    public TimeSpan IdLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How many ids are remembered at a time; when there are as many, requests with a new one are answered with 503 until old ones are forgotten. Default 100,000.</summary>
    public int MaxIds { get; set; } = 100_000;

    /// <summary>Throws when an option cannot work, with a text that names it.</summary>
    internal void Validate()
    {
        Require(MaxBodyBytes > 0, nameof(MaxBodyBytes), MaxBodyBytes, "it must be positive (default 65536)");
        Require(MaxJsonDepth is >= 1 and <= 64, nameof(MaxJsonDepth), MaxJsonDepth, "it must be between 1 and 64 (default 32)");
        Require(IdLifetime > TimeSpan.Zero, nameof(IdLifetime), IdLifetime, "it must be longer than zero (default 00:05:00)");
        Require(MaxIds > 0, nameof(MaxIds), MaxIds, "it must be positive (default 100000)");
        foreach (var origin in AllowedOrigins)
        {
            Require(AspNetCore.OriginPolicy.IsOrigin(origin), nameof(AllowedOrigins), origin, "it must be scheme://host[:port], without a path, and no *");
        }
    }

    private static void Require(bool isGood, string name, object? value, string allowed)
    {
        if (!isGood)
        {
            throw new ArgumentException($"{nameof(PublishOptions)}.{name} is {value}; {allowed}.");
        }
    }
}
