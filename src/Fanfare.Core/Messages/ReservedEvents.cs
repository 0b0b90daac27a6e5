using System.Collections.Frozen;

namespace Fanfare;

/// <summary>Event names that belong to the protocol and that nobody may emit.</summary>
/// <remarks>Socket.IO v5, "Reserved events".</remarks>
public static class ReservedEvents
{
    private static readonly FrozenSet<string> Names =
        FrozenSet.Create(StringComparer.Ordinal, "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    /// <summary>Whether <paramref name="eventName"/> is reserved.</summary>
    public static bool Contains(string eventName) => Names.Contains(eventName);

    /// <summary>Throws when <paramref name="eventName"/> is missing or reserved.</summary>
    /// <exception cref="ArgumentException">The name is reserved.</exception>
    public static void ThrowIfReserved(string eventName)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        if (Names.Contains(eventName))
        {
            throw new ArgumentException($"\"{eventName}\" is a reserved event name.", nameof(eventName));
        }
    }
}
