using System.Diagnostics.CodeAnalysis;

namespace Fanfare.ServerSentEvents;

/// <summary>What was published under which id of which caller, so that a request that is sent again publishes nothing again. Bounded; safe to use from any thread.</summary>
internal sealed class PublishIds(TimeSpan lifetime, int capacity, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string? Caller, string Id), Entry> _entries = [];
    private readonly Queue<Entry> _byAge = new();

    /// <summary>How many ids are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Finds what was published under an id, or begins it.</summary>
    /// <param name="caller">The id of the caller.</param>
    /// <param name="id">What the caller calls the request by.</param>
    /// <param name="digest">What is published.</param>
    /// <param name="entry">The entry; <see langword="null"/> when no more can be remembered.</param>
    /// <returns>Whether the caller of this method is the first and has to publish: then it calls <see cref="Complete"/> or <see cref="Fail"/>.</returns>
    public bool TryBegin(string? caller, string id, byte[] digest, [MaybeNull] out Entry entry)
    {
        lock (_gate)
        {
            ForgetOld();
            if (_entries.TryGetValue((caller, id), out entry))
            {
                return false;
            }

            if (_entries.Count >= capacity)
            {
                entry = null;
                return false;
            }

            entry = new Entry(caller, id, digest, time.GetTimestamp());
            _entries.Add((caller, id), entry);
            _byAge.Enqueue(entry);
            return true;
        }
    }

    /// <summary>Remembers the answer.</summary>
    public static void Complete(Entry entry, string? cursor) => entry.Answer.TrySetResult(cursor);

    /// <summary>Forgets the id: it was not published, and may be tried again.</summary>
    public void Fail(Entry entry, Exception exception)
    {
        lock (_gate)
        {
            Remove(entry);
        }

        entry.Answer.TrySetException(exception);
        _ = entry.Answer.Task.Exception;
    }

    private void ForgetOld()
    {
        while (_byAge.TryPeek(out var oldest) && time.GetElapsedTime(oldest.BegunAt) >= lifetime)
        {
            Remove(_byAge.Dequeue());
        }
    }

    private void Remove(Entry entry)
    {
        if (_entries.TryGetValue((entry.Caller, entry.Id), out var found) && ReferenceEquals(found, entry))
        {
            _entries.Remove((entry.Caller, entry.Id));
        }
    }

    /// <summary>One request.</summary>
    internal sealed class Entry(string? caller, string id, byte[] digest, long begunAt)
    {
        public string? Caller { get; } = caller;

        public string Id { get; } = id;

        public byte[] Digest { get; } = digest;

        public long BegunAt { get; } = begunAt;

        /// <summary>The cursor that it was given, or <see langword="null"/> when it is not kept.</summary>
        public TaskCompletionSource<string?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
