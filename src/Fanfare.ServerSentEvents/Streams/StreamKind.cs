namespace Fanfare.ServerSentEvents;

/// <summary>What a stream carries.</summary>
internal enum StreamKind : byte
{
    /// <summary>What goes to the whole namespace.</summary>
    Everybody,

    /// <summary>What goes to the rooms it names.</summary>
    Rooms,

    /// <summary>What goes to the room of its own user.</summary>
    User,
}
