using System.Collections.Concurrent;
using CsCheck;

namespace Fanfare.Core.Tests.Rooms;

/// <summary>The room map against the simplest model of it: sets of names.</summary>
public sealed class RoomMapTests
{
    private const int Members = 6;
    private static readonly string[] Rooms = ["a", "b", "c", "d", "m0", "m1"];

    [Fact]
    public void Whatever_is_done_the_map_is_as_its_model() =>
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, Members - 1], Gen.Int[0, Rooms.Length - 1], Gen.Int[0, Rooms.Length - 1]).Array[1, 60].Sample(
            static steps =>
            {
                var subject = new Subject();
                foreach (var (action, member, room, other) in steps)
                {
                    subject.Step(action, member, Rooms[room], Rooms[other]);
                }

                return true;
            },
            iter: 2000);

    [Fact]
    public async Task After_the_last_leave_nobody_is_left_whatever_ran_at_once()
    {
        var map = new RoomMap();
        var members = Enumerable.Range(0, 200).Select(static i => new TestMember($"member {i}")).ToArray();
        foreach (var member in members)
        {
            Assert.True(map.TryAdd(member));
        }

        await Task.WhenAll(members.Select((member, index) => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                map.Join(member, $"room {i % 7}");
                map.Deliver(BroadcastTarget.Everybody.In($"room {index % 7}"), new EncodedMessage(new Message("e", Arguments.Empty)));
                map.Leave(member, $"room {(i + 3) % 7}");
            }

            map.Remove(member);
            Assert.Equal(JoinOutcome.Gone, map.Join(member, "late"));
        })));

        Assert.Equal(0, map.MemberCount);
        Assert.Equal(0, map.RoomCount);
        Assert.Empty(map.RoomNames());
    }

    private sealed class TestMember(string id) : Member(id)
    {
        public ConcurrentQueue<EncodedMessage> Heard { get; } = new();

        protected override bool Deliver(EncodedMessage message)
        {
            Heard.Enqueue(message);
            return true;
        }
    }

    private sealed class Subject
    {
        private readonly RoomMap _map = new();
        private readonly TestMember?[] _members = new TestMember?[Members];
        private readonly Dictionary<string, HashSet<string>> _model = [];

        public void Step(int action, int index, string room, string other)
        {
            var id = $"m{index}";
            switch (action)
            {
                case 0:
                    var member = new TestMember(id);
                    Assert.Equal(_model.TryAdd(id, []), _map.TryAdd(member));
                    _members[index] ??= member;
                    break;
                case 1 when _members[index] is { } found:
                    var outcome = _map.Join(found, room, limit: 3);
                    var expected = room == id || _model[id].Contains(room) ? JoinOutcome.AlreadyIn : _model[id].Count >= 3 ? JoinOutcome.TooMany : JoinOutcome.Joined;
                    Assert.Equal(expected, outcome);
                    if (outcome == JoinOutcome.Joined)
                    {
                        _model[id].Add(room);
                    }

                    break;
                case 2 when _members[index] is { } found:
                    Assert.Equal(_model[id].Remove(room), _map.Leave(found, room));
                    break;
                case 3 when _members[index] is { } found:
                    Assert.Equal(_model[id].Order(), _map.Remove(found).Order());
                    Assert.Equal(JoinOutcome.Gone, _map.Join(found, room));
                    Assert.Empty(_map.Remove(found));
                    _model.Remove(id);
                    _members[index] = null;
                    break;
                case 4 when _members[index] is { } found:
                    var successor = new TestMember(id);
                    Assert.True(_map.TryReplace(found, successor));
                    Assert.False(_map.TryReplace(found, new TestMember(id)));
                    Assert.Equal(JoinOutcome.Gone, _map.Join(found, room));
                    _members[index] = successor;
                    break;
                case 5:
                    Matches(BroadcastTarget.Everybody.In(room));
                    break;
                case 6:
                    Matches(BroadcastTarget.Everybody.In([room, other]).Without([Rooms[index]]));
                    break;
                default:
                    Matches(BroadcastTarget.Everybody.Without([room, other]));
                    break;
            }

            Assert.Equal(_model.Count, _map.MemberCount);
            Assert.Equal(_model.Values.SelectMany(static rooms => rooms).Distinct().Order(), _map.RoomNames().Order());
            foreach (var found in _members.OfType<TestMember>())
            {
                Assert.Equal(_model[found.Id].Order(), _map.RoomsOf(found).Order());
                Assert.True(_map.TryGet(found.Id, out var same) && ReferenceEquals(found, same));
                Assert.True(_map.IsIn(found, found.Id));
            }
        }

        private void Matches(BroadcastTarget target)
        {
            var expected = _model
                .Where(member => target.Rooms.Count == 0 || target.Rooms.Any(room => room == member.Key || member.Value.Contains(room)))
                .Where(member => !target.Except.Any(room => room == member.Key || member.Value.Contains(room)))
                .Select(static member => member.Key).Order().ToArray();
            Assert.Equal(expected, _map.Match(target).Select(static member => member.Id).Order());
            var message = new EncodedMessage(new Message("e", Arguments.Empty));
            Assert.Equal(expected.Length, _map.Deliver(target, message));
            Assert.Equal(expected, _members.OfType<TestMember>().Where(member => member.Heard.Count(heard => ReferenceEquals(heard, message)) == 1).Select(static member => member.Id).Order());
        }
    }
}
