using Fanfare.Testing;

namespace Fanfare.Journeys.Tests;

/// <summary>A reader that keeps its books and its cursor, and can go from wire to wire.</summary>
internal sealed class Reader(JourneyServer server, Ledger ledger, string id, string room) : IAsyncDisposable
{
    private readonly LedgerReader _page = ledger.Reader(id);
    private readonly Lock _gate = new();
    private readonly SortedList<long, TaskCompletionSource> _waiting = [];
    private Wire? _wire;
    private string? _cursor;
    private long _heard;

    /// <summary>Connects by a wire: fresh the first time, afterwards with the cursor it holds.</summary>
    public async Task GoAsync(string wire)
    {
        if (_wire is not null)
        {
            await _wire.DisposeAsync();
            _page.Disconnected();
        }

        _page.Connected(wire);
        _page.Joining(room, resumes: _cursor is not null);
        _wire = Wire.Create(wire, server.Address, id, Take);
        if (await _wire.EnterAsync(room, _cursor) == false)
        {
            _page.ToldGap(room);
        }

        _page.Joined(room);
    }

    /// <summary>Completes when so many messages were heard.</summary>
    public Task HeardAsync(long count)
    {
        lock (_gate)
        {
            if (_heard >= count)
            {
                return Task.CompletedTask;
            }

            if (!_waiting.TryGetValue(count, out var waiting))
            {
                _waiting[count] = waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return waiting.Task.Within(Timeouts.Default * 2);
        }
    }

    public ValueTask DisposeAsync() => _wire?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Take(Heard heard)
    {
        var saying = heard.Saying;
        _page.Received(saying.Room, saying.N, saying.Text, heard.Cursor, saying.Publisher);
        lock (_gate)
        {
            _cursor = heard.Cursor ?? _cursor;
            _heard++;
            while (_waiting.Count > 0 && _waiting.Keys[0] <= _heard)
            {
                _waiting.Values[0].TrySetResult();
                _waiting.RemoveAt(0);
            }
        }
    }
}
