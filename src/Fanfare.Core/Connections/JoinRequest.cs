namespace Fanfare;

/// <summary>A client asked for rooms that it may enter: what join middlewares see. Used by one thread at a time.</summary>
public sealed class JoinRequest
{
    internal JoinRequest(Connection connection, IReadOnlyList<string> rooms, string? since)
    {
        Connection = connection;
        Rooms = rooms;
        Since = since;
    }

    /// <summary>Who asked.</summary>
    public Connection Connection { get; }

    /// <summary>The rooms; those that the policy forbids are not among them.</summary>
    public IReadOnlyList<string> Rooms { get; private set; }

    /// <summary>The position after which the client missed what was said in the rooms, or <see langword="null"/>.</summary>
    public string? Since { get; }

    /// <summary>How it came in; empty before <c>next</c> has returned.</summary>
    public IReadOnlyList<RoomJoin> Joins { get; internal set; } = [];

    /// <summary>The rooms that a middleware refused.</summary>
    internal List<string> Refused { get; } = [];

    /// <summary>Refuses one of <see cref="Rooms"/>, as if the policy had forbidden it; nothing when it is not among them. Before <c>next</c> only.</summary>
    public void Refuse(string room)
    {
        if (Rooms.Contains(room))
        {
            Refused.Add(room);
            Rooms = [.. Rooms.Where(other => other != room)];
        }
    }

    internal void RefuseAll()
    {
        Refused.AddRange(Rooms);
        Rooms = [];
    }

    /// <summary>Sends to the client after what it missed, ahead of its answer and of everything live. After <c>next</c> only. Never kept.</summary>
    public void Send<T>(string @event, T argument)
    {
        ReservedEvents.ThrowIfReserved(@event);
        Connection.Replay(new EncodedMessage(new Message(@event, Connection.Serializer.Write(argument))));
    }
}
