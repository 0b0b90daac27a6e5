namespace Fanfare.ServerSentEvents;

/// <summary>The routes of a mapping.</summary>
internal enum StreamRoute
{
    /// <summary>The mapped path itself.</summary>
    Everybody,

    /// <summary><c>/rooms/{room}</c>, or the rooms that the application's function says.</summary>
    Rooms,

    /// <summary><c>/user</c>.</summary>
    OwnUser,

    /// <summary><c>/user/{id}</c>.</summary>
    User,
}
