using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Fanfare;

/// <summary>Which members are in which rooms, both ways. The only membership lock. An empty room is gone at once.</summary>
/// <remarks>Every member is in the room of its own id; that room has no storage of its own. Safe to use from any thread.</remarks>
public sealed class RoomMap
{
    private const int MinCapacityToTrim = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Member> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private Member[] _members = new Member[4];
    private int _memberCount;
    private long _match;

    /// <summary>How many members there are.</summary>
    public int MemberCount
    {
        get
        {
            lock (_lock)
            {
                return _memberCount;
            }
        }
    }

    /// <summary>How many rooms have a member, members' own rooms not counted.</summary>
    public int RoomCount
    {
        get
        {
            lock (_lock)
            {
                return _rooms.Count;
            }
        }
    }

    /// <summary>Takes a member in. False when its id is taken.</summary>
    public bool TryAdd(Member member) => TryAdd(member, []);

    /// <summary>Takes a member in that is in rooms from the start. One that was removed before it came is removed again, at once: whoever did that comes only once.</summary>
    /// <param name="member">The member.</param>
    /// <param name="rooms">The rooms.</param>
    /// <param name="inherits">Whether it has them from one that nobody saw leave: then its coming is not told.</param>
    internal bool TryAdd(Member member, IReadOnlyList<string> rooms, bool inherits = false)
    {
        lock (_lock)
        {
            if (!_byId.TryAdd(member.Id, member))
            {
                return false;
            }

            if (_memberCount == _members.Length)
            {
                Array.Resize(ref _members, _memberCount * 2);
            }

            member.Index = _memberCount;
            _members[_memberCount++] = member;
            foreach (var room in rooms)
            {
                Join(member, room, isTold: !inherits);
            }

            RemoveIfGone(member);
            return true;
        }
    }

    /// <summary>Lets <paramref name="successor"/>, which has the same id, take the place of <paramref name="member"/> in all its rooms. False when that has left already.</summary>
    /// <remarks>A successor that was removed before it came is removed again, at once.</remarks>
    public bool TryReplace(Member member, Member successor)
    {
        lock (_lock)
        {
            if (member.Index < 0)
            {
                return false;
            }

            _byId[member.Id] = successor;
            _members[member.Index] = successor;
            successor.Index = member.Index;
            successor.Seats = member.Seats;
            successor.SeatCount = member.SeatCount;
            for (var i = 0; i < successor.SeatCount; i++)
            {
                ref readonly var seat = ref successor.Seats[i];
                seat.Room.Members[seat.Index] = successor;
            }

            member.FinalRooms = NamesOf(member);
            member.Index = -1;
            member.Seats = [];
            member.SeatCount = -1;
            RemoveIfGone(successor);
            return true;
        }
    }

    /// <summary>Puts a member into a room.</summary>
    /// <param name="member">The member.</param>
    /// <param name="room">The room's name.</param>
    /// <param name="limit">How many rooms the member may be in.</param>
    public JoinOutcome Join(Member member, string room, int limit = int.MaxValue) => Join(member, room, isTold: true, limit);

    private JoinOutcome Join(Member member, string room, bool isTold, int limit = int.MaxValue)
    {
        lock (_lock)
        {
            if (member.Index < 0)
            {
                return JoinOutcome.Gone;
            }

            if (room == member.Id || IndexOf(member, room) >= 0)
            {
                return JoinOutcome.AlreadyIn;
            }

            if (member.SeatCount >= limit)
            {
                return JoinOutcome.TooMany;
            }

            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_rooms, room, out _);
            entry ??= new Room(room);
            if (member.SeatCount == member.Seats.Length)
            {
                var seats = member.Seats;
                Array.Resize(ref seats, Math.Max(1, seats.Length * 2));
                member.Seats = seats;
            }

            member.Seats[member.SeatCount++] = new Seat(entry, entry.Add(member));
            if (isTold)
            {
                member.OnMoved(room, isIn: true);
            }

            return JoinOutcome.Joined;
        }
    }

    /// <summary>Takes a member out of a room. False when it was not in it.</summary>
    public bool Leave(Member member, string room)
    {
        lock (_lock)
        {
            var index = IndexOf(member, room);
            if (index < 0)
            {
                return false;
            }

            Vacate(member.Seats[index]);
            member.Seats[index] = member.Seats[--member.SeatCount];
            member.Seats[member.SeatCount] = default;
            member.OnMoved(room, isIn: false);
            return true;
        }
    }

    /// <summary>Takes a member out of the namespace for good and tells which rooms it left. It can join nothing afterwards.</summary>
    public string[] Remove(Member member)
    {
        lock (_lock)
        {
            if (member.Index < 0)
            {
                return member.FinalRooms = [];
            }

            var rooms = NamesOf(member);
            member.FinalRooms = rooms;
            for (var i = 0; i < member.SeatCount; i++)
            {
                Vacate(member.Seats[i]);
            }

            Remove(_byId, member.Id);
            var last = _members[--_memberCount];
            _members[member.Index] = last;
            last.Index = member.Index;
            _members[_memberCount] = null!;
            member.Index = -1;
            member.Seats = [];
            member.SeatCount = -1;
            return rooms;
        }
    }

    /// <summary>The member with this id.</summary>
    public bool TryGet(string id, [MaybeNullWhen(false)] out Member member)
    {
        lock (_lock)
        {
            return _byId.TryGetValue(id, out member);
        }
    }

    /// <summary>The rooms a member is in, without the one of its own id; for one that is gone those that it was in. At once, so that nobody finds it in none while it goes.</summary>
    public string[] RoomsOf(Member member)
    {
        lock (_lock)
        {
            return member.FinalRooms ?? NamesOf(member);
        }
    }

    /// <summary>Whether a member is in a room; it always is in the one of its own id.</summary>
    public bool IsIn(Member member, string room)
    {
        lock (_lock)
        {
            return member.Index >= 0 && (room == member.Id || IndexOf(member, room) >= 0);
        }
    }

    /// <summary>How many members are in a room.</summary>
    public int CountIn(string room)
    {
        lock (_lock)
        {
            return (_rooms.TryGetValue(room, out var entry) ? entry.Count : 0) + (_byId.ContainsKey(room) ? 1 : 0);
        }
    }

    /// <summary>The names of all rooms that have a member, members' own rooms not counted.</summary>
    public string[] RoomNames()
    {
        lock (_lock)
        {
            return [.. _rooms.Keys];
        }
    }

    /// <summary>Everybody whom the target means, each once.</summary>
    public List<Member> Match(BroadcastTarget target)
    {
        var matched = new List<Member>();
        lock (_lock)
        {
            Visit(target, matched, static (list, member) =>
            {
                list.Add(member);
                return true;
            });
        }

        return matched;
    }

    /// <summary>Queues a message for everybody whom the target means, each once.</summary>
    /// <returns>How many will be sent it.</returns>
    public int Deliver(BroadcastTarget target, EncodedMessage message)
    {
        lock (_lock)
        {
            return target.RoomNames.Length > 0
                ? Visit(target, message, static (message, member) => member.Deliver(message))
                : Visit(target, message, static (message, member) => member.HearsEverybody && member.Deliver(message));
        }
    }

    private void RemoveIfGone(Member member)
    {
        if (member.FinalRooms is not null)
        {
            Remove(member);
        }
    }

    private static int IndexOf(Member member, string room)
    {
        for (var i = 0; i < member.SeatCount; i++)
        {
            if (member.Seats[i].Room.Name == room)
            {
                return i;
            }
        }

        return -1;
    }

    private static string[] NamesOf(Member member)
    {
        if (member.SeatCount <= 0)
        {
            return [];
        }

        var names = new string[member.SeatCount];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = member.Seats[i].Room.Name;
        }

        return names;
    }

    private int Visit<TState>(BroadcastTarget target, TState state, Func<TState, Member, bool> visit)
    {
        // A member that carries this number was excepted or visited already.
        var match = ++_match;
        foreach (var name in target.ExceptNames)
        {
            VisitRoom<object?>(name, match, null, static (_, _) => true);
        }

        var count = 0;
        if (target.RoomNames.Length == 0)
        {
            return VisitAll(_members.AsSpan(0, _memberCount), match, state, visit);
        }

        foreach (var name in target.RoomNames)
        {
            count += VisitRoom(name, match, state, visit);
        }

        return count;
    }

    private int VisitRoom<TState>(string name, long match, TState state, Func<TState, Member, bool> visit)
    {
        var count = _byId.TryGetValue(name, out var owner) ? VisitAll(_members.AsSpan(owner.Index, 1), match, state, visit) : 0;
        return _rooms.TryGetValue(name, out var room) ? count + VisitAll(room.Members.AsSpan(0, room.Count), match, state, visit) : count;
    }

    private static int VisitAll<TState>(ReadOnlySpan<Member> members, long match, TState state, Func<TState, Member, bool> visit)
    {
        var count = 0;
        foreach (var member in members)
        {
            if (member.LastMatch != match)
            {
                member.LastMatch = match;
                count += visit(state, member) ? 1 : 0;
            }
        }

        return count;
    }

    private void Vacate(Seat seat)
    {
        var room = seat.Room;
        var moved = room.RemoveAt(seat.Index);
        if (room.Count == 0)
        {
            Remove(_rooms, room.Name);
        }
        else if (moved is not null)
        {
            for (var i = 0; i < moved.SeatCount; i++)
            {
                if (ReferenceEquals(moved.Seats[i].Room, room))
                {
                    moved.Seats[i] = seat;
                    return;
                }
            }
        }
    }

    /// <summary>Takes an entry out; a table that was much larger once gives its room back.</summary>
    private static void Remove<TValue>(Dictionary<string, TValue> table, string key)
    {
        table.Remove(key);
        if (table.Capacity > MinCapacityToTrim && table.Count < table.Capacity / 8)
        {
            table.TrimExcess(table.Count * 2);
        }
    }

    /// <summary>A member's place in a room.</summary>
    internal readonly record struct Seat(Room Room, int Index);

    /// <summary>The members of one room, densely, so that a broadcast runs over an array.</summary>
    internal sealed class Room(string name)
    {
        public string Name { get; } = name;

        public Member[] Members { get; private set; } = new Member[2];

        public int Count { get; private set; }

        public int Add(Member member)
        {
            if (Count == Members.Length)
            {
                var members = Members;
                Array.Resize(ref members, Count * 2);
                Members = members;
            }

            Members[Count] = member;
            return Count++;
        }

        /// <summary>Fills the gap with the last member, and returns it when it was moved.</summary>
        public Member? RemoveAt(int index)
        {
            var last = Members[--Count];
            Members[Count] = null!;
            if (index == Count)
            {
                return null;
            }

            Members[index] = last;
            return last;
        }
    }
}
