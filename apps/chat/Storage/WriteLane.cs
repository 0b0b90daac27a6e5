using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Storage;

/// <summary>
/// The only writer of the database: writes run one after the other on one thread, and those that wait are committed together, so
/// that one flush to the disk serves many. Whoever awaits a write knows that it survives a crash.
/// </summary>
/// <remarks>Safe to call from any thread. Bounded: when <see cref="Capacity"/> writes wait, further callers wait for room.</remarks>
public sealed class WriteLane : IDisposable
{
    private const int Capacity = 4096;
    private const int LargestBatch = 256;

    private readonly Channel<Write> _writes = Channel.CreateBounded<Write>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly EventQueue _events;
    private readonly SqliteConnection _connection;
    private readonly Thread _thread;

    /// <summary>Opens the connection and starts the thread.</summary>
    public WriteLane(ChatDatabase database, EventQueue events)
    {
        _events = events;
        _connection = database.OpenForWriting();
        _thread = new Thread(Run) { IsBackground = true, Name = "Chat writes" };
        _thread.Start();
    }

    /// <summary>Stores, then tells.</summary>
    /// <param name="write">Runs inside the transaction; when it throws, only its own changes are undone.</param>
    /// <param name="stored">Runs as a step of the <see cref="EventQueue"/> once the change is on the disk, in the order of storing.</param>
    /// <returns>What <paramref name="write"/> returned, after <paramref name="stored"/> has run.</returns>
    /// <exception cref="SqliteException">The disk is full, or the file stayed locked for the busy timeout; nothing was stored.</exception>
    public async Task<T> RunAsync<T>(Func<SqliteConnection, T> write, Func<T, ValueTask>? stored = null)
    {
        var item = new Write<T>(write, stored);
        await _writes.Writer.WriteAsync(item);
        return await item.Completion;
    }

    /// <summary>Finishes the writes that wait and closes the connection.</summary>
    public void Dispose()
    {
        _writes.Writer.TryComplete();
        _thread.Join();
        _connection.Dispose();
    }

    private void Run()
    {
        var batch = new List<Write>(LargestBatch);
        while (WaitForWrites())
        {
            while (batch.Count < LargestBatch && _writes.Reader.TryRead(out var write))
            {
                batch.Add(write);
            }

            Commit(batch);
            batch.Clear();
        }
    }

    // The thread is the lane's own: blocking it is how it waits.
    private bool WaitForWrites()
    {
        var waiting = _writes.Reader.WaitToReadAsync();
        return waiting.IsCompletedSuccessfully ? waiting.Result : waiting.AsTask().GetAwaiter().GetResult();
    }

    private void Commit(List<Write> batch)
    {
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var write in batch)
            {
                RunOne(write);
            }

            _connection.Execute("COMMIT");
        }
        catch (Exception exception)
        {
            RollBack();
            foreach (var write in batch)
            {
                write.Fail(exception);
            }

            return;
        }

        foreach (var write in batch)
        {
            write.Publish(_events);
        }
    }

    private void RunOne(Write write)
    {
        _connection.Execute("SAVEPOINT one");
        if (write.TryRun(_connection))
        {
            _connection.Execute("RELEASE one");
            return;
        }

        // A full disk ends the whole transaction by itself; then this throws and the batch fails as one.
        _connection.Execute("ROLLBACK TO one; RELEASE one");
    }

    private void RollBack()
    {
        try
        {
            _connection.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // No transaction is open: BEGIN failed, or SQLite has rolled back by itself.
        }
    }

    private abstract class Write
    {
        public abstract bool TryRun(SqliteConnection connection);

        public abstract void Fail(Exception exception);

        public abstract void Publish(EventQueue events);
    }

    private sealed class Write<T>(Func<SqliteConnection, T> write, Func<T, ValueTask>? stored) : Write
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;
        private Exception? _failure;

        public Task<T> Completion => _completion.Task;

        public override bool TryRun(SqliteConnection connection)
        {
            try
            {
                _result = write(connection);
                return true;
            }
            catch (Exception exception)
            {
                _failure = exception;
                return false;
            }
        }

        public override void Fail(Exception exception) => _completion.TrySetException(_failure ?? exception);

        public override void Publish(EventQueue events)
        {
            if (_failure is not null)
            {
                _completion.TrySetException(_failure);
            }
            else if (stored is null)
            {
                _completion.TrySetResult(_result!);
            }
            else
            {
                events.Post(TellAsync);
            }
        }

        private async ValueTask TellAsync()
        {
            try
            {
                await stored!(_result!);
            }
            finally
            {
                // Stored is stored: whether everybody could be told does not change the answer.
                _completion.TrySetResult(_result!);
            }
        }
    }
}
