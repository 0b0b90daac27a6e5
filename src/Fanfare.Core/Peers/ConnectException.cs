namespace Fanfare;

/// <summary>Thrown by an authenticator or a middleware to refuse a connection (or, in a packet middleware, an event) with a text that the client may read.</summary>
/// <param name="message">The text for the client.</param>
/// <param name="data">More for the client, as JSON; <see langword="null"/> for nothing.</param>
public sealed class ConnectException(string message, object? data = null) : Exception(message)
{
    /// <summary>Whether the proof of identity was good and has ended: wires that can say so tell the client that a new one helps.</summary>
    public bool IsExpired { get; init; }

    /// <summary>More for the client, as JSON, or <see langword="null"/>.</summary>
    public object? Details { get; } = data;
}
