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
        @namespace.Joined += (connection, room) => Tell(Notice.Joined, connection, room);
        @namespace.Left += (connection, room) => Tell(Notice.Left, connection, room);
    }

    private void Tell(Message notice, Connection connection, string room)
    {
        if (User.OwnsRoom(room))
        {
            return;
        }

        var name = connection is RoomsConnection plain ? plain.PublicName : connection.User.Id ?? connection.Id;
        _namespace.Notify<RoomsConnection>(
            BroadcastTarget.Everybody.In(room).Without([connection.Id]), new EncodedMessage(notice, _encoder, RoomsFrames.Notice(notice.Event, name, room)));
    }
}
