namespace Fanfare.Core.Tests.Connections;

public sealed class HandlerTableTests
{
    private readonly HandlerTable<Action> _table = new();
    private readonly List<string> _called = [];

    [Fact]
    public void Handlers_of_an_event_are_found_in_the_order_they_were_added()
    {
        _table.Add("a", Calls("first"));
        _table.Add("b", Calls("other"));
        _table.Add("a", Calls("second"));

        Raise("a");

        Assert.Equal(["first", "second"], _called);
    }

    [Fact]
    public void An_event_that_nobody_listens_to_has_none()
    {
        _table.Add("a", Calls("a"));

        Assert.Empty(_table.Find("A"));
        Assert.Empty(_table.Find(""));
        Assert.Empty(_table.Find("__proto__"));
    }

    [Fact]
    public void A_removed_handler_is_not_found_and_the_others_are()
    {
        var removed = Calls("removed");
        _table.Add("a", Calls("before"));
        _table.Add("a", removed);
        _table.Add("b", removed);
        _table.Add("a", Calls("behind"));

        Assert.True(_table.Remove("a", removed));
        Raise("a");
        Raise("b");

        Assert.Equal(["before", "behind", "removed"], _called);
    }

    [Fact]
    public void What_an_event_does_not_have_cannot_be_removed()
    {
        var handler = Calls("a");
        _table.Add("a", handler);

        Assert.False(_table.Remove("b", handler));
        Assert.False(_table.Remove("a", Calls("another")));
        Assert.True(_table.Remove("a", handler));
        Assert.False(_table.Remove("a", handler));
        Assert.Empty(_table.Find("a"));
    }

    [Fact]
    public void A_handler_that_was_added_twice_is_removed_wholly()
    {
        var handler = Calls("a");
        _table.Add("a", handler);
        _table.Add("a", handler);
        Raise("a");
        Assert.Equal(["a", "a"], _called);

        Assert.True(_table.Remove("a", handler));

        Assert.Empty(_table.Find("a"));
    }

    [Fact]
    public void Whoever_is_being_called_is_not_disturbed_by_changes()
    {
        var second = Calls("second");
        _table.Add("a", () =>
        {
            _table.Remove("a", second);
            _table.Add("a", Calls("late"));
        });
        _table.Add("a", second);

        Raise("a");
        Assert.Equal(["second"], _called);

        Raise("a");
        Assert.Equal(["second", "late"], _called);
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("connect_error")]
    [InlineData("disconnect")]
    [InlineData("disconnecting")]
    [InlineData("newListener")]
    [InlineData("removeListener")]
    public void A_reserved_name_has_no_handlers(string name)
    {
        Assert.Throws<ArgumentException>(() => _table.Add(name, Calls("a")));
        Assert.Empty(_table.Find(name));
    }

    [Fact]
    public void No_handler_is_no_handler() => Assert.Throws<ArgumentNullException>(() => _table.Add("a", null!));

    [Fact]
    public async Task Changes_by_many_threads_lose_none()
    {
        const int Threads = 8;
        const int Each = 500;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Action stays = Nothing(thread, i);
                Action goes = Nothing(thread, -i);
                _table.Add("a", goes);
                _table.Add("a", stays);
                _table.Add($"event {thread}", stays);
                Assert.Contains(stays, _table.Find("a"));
                Assert.True(_table.Remove("a", goes));
                Assert.DoesNotContain(goes, _table.Find("a"));
                if (i % 2 == 0)
                {
                    Assert.True(_table.Remove("a", stays));
                }
            }
        }, TestContext.Current.CancellationToken)));

        Assert.Equal(Threads * Each / 2, _table.Find("a").Length);
        Assert.All(Enumerable.Range(0, Threads), thread => Assert.Equal(Each, _table.Find($"event {thread}").Length));
    }

    private static Action Nothing(int thread, int number) => () => GC.KeepAlive((thread, number));

    private Action Calls(string name) => () => _called.Add(name);

    private void Raise(string name)
    {
        foreach (var handler in _table.Find(name))
        {
            handler();
        }
    }
}
