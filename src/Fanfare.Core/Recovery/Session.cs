using System.Text.Json.Nodes;

namespace Fanfare;

/// <summary>What is kept of a connection so that another one can continue it.</summary>
/// <param name="secret">What the client shows to continue it: 128 random bits.</param>
/// <param name="user">Whose it is; it serves nobody else.</param>
/// <param name="start">The head of the log when it began.</param>
internal sealed class Session(string secret, User user, EventId start)
{
    public string Secret { get; } = secret;

    public User User { get; } = user;

    public EventId Start { get; } = start;

    /// <summary>The connection that serves it now, or <see langword="null"/> while it is lost.</summary>
    public Connection? Live { get; set; }

    /// <summary>How often it was continued.</summary>
    public int Turn { get; set; }

    public string ConnectionId { get; set; } = string.Empty;

    public IReadOnlyList<string> Rooms { get; set; } = [];

    public JsonObject Data { get; set; } = [];

    /// <summary>When it was lost, as a timestamp.</summary>
    public long LostAt { get; set; }
}
