using Fanfare.AspNetCore;

namespace Fanfare.WebSockets;

/// <summary>Options of one endpoint of the plain JSON wire.</summary>
/// <remarks>Product, sections 4 and 10.</remarks>
public sealed class RoomsOptions
{
    /// <summary>Time that a client has to say who it is. Default 10 s.</summary>
    public TimeSpan AuthenticationTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest frame in bytes. Default 64 KiB.</summary>
    public int MaxMessageBytes { get; set; } = 64 * 1024;

    /// <summary>The largest frame in bytes before the client has said who it is. Default 8 KiB.</summary>
    public int MaxUnauthenticatedBytes { get; set; } = 8 * 1024;

    /// <summary>The most frames that one message may come in. Default 1,024.</summary>
    public int MaxFragments { get; set; } = 1024;

    /// <summary>Levels of nesting in a frame, its own object included: 1 to 64. Default 32.</summary>
    public int MaxJsonDepth { get; set; } = 32;

    /// <summary>How long a client may be silent before it is pinged. Default 25 s.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>Time that a client has to answer a ping. Default 20 s.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How much a client may send.</summary>
    public RateLimits Rates { get; } = new();

    /// <summary>Unreadable frames, and frames of unknown types, within <see cref="ProtocolErrorWindow"/> that close a client. Default 10; zero: no limit.</summary>
    public int MaxProtocolErrors { get; set; } = 10;

    /// <summary>See <see cref="MaxProtocolErrors"/>. Default 60 s.</summary>
    public TimeSpan ProtocolErrorWindow { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>With how many open connections, on all wires that have such a limit, an address gets no further one here. Default 200; zero: no limit, and none is counted.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 200;

    /// <summary>Whether requests of foreign origins are refused with 403. Default true. Turn it off only where something in front checks.</summary>
    public bool CheckOrigin { get; set; } = true;

    /// <summary>Origins besides the same one, as <c>scheme://host[:port]</c>. Default none.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Whether members are told with <c>user_joined</c> and <c>user_left</c> who comes and goes. Default true.</summary>
    public bool SendsNotices { get; set; } = true;

    /// <summary>Whether <c>leave</c> and <c>message</c> of a room that the client is not in are refused as <c>forbidden</c>, like a room that is closed to it, instead of <c>not_joined</c>. Default false.</summary>
    public bool ForbidsRoomsNotJoined { get; set; }

    /// <summary>Whether <c>authenticate</c> may come with a bare <c>userId</c> in the place of a token; the namespace's own authenticator has to know what that is worth. Default false.</summary>
    public bool AcceptsUserIds { get; set; }

    /// <summary>Whether frames may be written straight to the socket, past the server's own buffers, where that is possible. Default true.</summary>
    public bool AllowDirectWrites { get; set; } = true;

    /// <exception cref="ArgumentException">A value cannot work; the text names it.</exception>
    internal void Validate()
    {
        Positive(AuthenticationTimeout, nameof(AuthenticationTimeout), "00:00:10");
        Positive(PingInterval, nameof(PingInterval), "00:00:25");
        Positive(PingTimeout, nameof(PingTimeout), "00:00:20");
        Positive(ProtocolErrorWindow, nameof(ProtocolErrorWindow), "00:01:00");
        if (MaxMessageBytes <= 0 || MaxUnauthenticatedBytes <= 0)
        {
            throw new ArgumentException(
                $"RoomsOptions.{nameof(MaxMessageBytes)} is {MaxMessageBytes} and {nameof(MaxUnauthenticatedBytes)} {MaxUnauthenticatedBytes}; both must be above zero (defaults 65536 and 8192).");
        }

        if (MaxJsonDepth is < 1 or > 64)
        {
            throw new ArgumentException($"RoomsOptions.{nameof(MaxJsonDepth)} is {MaxJsonDepth}; it must be between 1 and 64 (default 32).");
        }

        static void Positive(TimeSpan value, string option, string standard)
        {
            if (value <= TimeSpan.Zero)
            {
                throw new ArgumentException($"RoomsOptions.{option} is {value}; it must be longer than zero (default {standard}).");
            }
        }
    }
}
