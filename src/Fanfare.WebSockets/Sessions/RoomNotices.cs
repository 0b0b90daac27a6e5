namespace Fanfare.WebSockets;

/// <summary>Tells the plain members of a room who comes and goes, on whatever wire: once per connection, never kept.</summary>
internal sealed class RoomNotices
{
    private readonly Namespace _namespace;
    private readonly RoomsEncoder _encoder;

    public RoomNotices(Namespace @namespace, RoomsEncoder encoder)
    {
        _namespace = @namespace;
        _encoder = encoder;
        @namespace.Joined += (connection, room) => Tell(RoomsEncoder.UserJoined, connection, room);
        @namespace.Left += (connection, room) => Tell(RoomsEncoder.UserLeft, connection, room);
    }

    private void Tell(string type, Connection connection, string room)
    {
        if (User.OwnsRoom(room))
        {
            return;
        }

        var frame = RoomsFrames.Notice(type, connection.User.Id ?? connection.Id, room);
        _namespace.Notify<RoomsConnection>(
            BroadcastTarget.Everybody.In(room).Without([connection.Id]), new EncodedMessage(new Message(type, Arguments.Empty), _encoder, frame));
    }
}
