namespace Fanfare;

/// <summary>Encodes what is replayed to several connections at once one time for all of them, as it was when it was live. Safe to use from any thread.</summary>
/// <remarks>
/// Kept only while several replay, and of their events the last <see cref="MaxEvents"/> that are small: after a broken network thousands resume the same few.
/// </remarks>
internal sealed class SharedReplays
{
    private const int MaxEvents = 1024;
    private const int MaxBytesOfEvent = 1024;

    private readonly Lock _lock = new();
    private int _replays;
    private EncodedMessage?[]? _recent;

    /// <summary>A replay begins.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            if (++_replays == 2)
            {
                _recent = new EncodedMessage?[MaxEvents];
            }
        }
    }

    /// <summary>A replay has ended.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (--_replays == 0)
            {
                _recent = null;
            }
        }
    }

    /// <summary>What a connection is sent of a kept broadcast.</summary>
    /// <param name="entry">The broadcast.</param>
    /// <param name="room">The only room that it went to, when clients can name it.</param>
    public EncodedMessage MessageOf(HistoryEntry entry, string? room)
    {
        var arguments = entry.Broadcast.Message.Arguments;
        if (Volatile.Read(ref _recent) is not { } recent || arguments.HasBinary || arguments.Json.Length > MaxBytesOfEvent)
        {
            return Make(entry, room);
        }

        ref var place = ref recent[entry.Id.Sequence % MaxEvents];
        if (Volatile.Read(ref place) is { } known && known.Cursor == entry.Id)
        {
            return known;
        }

        var made = Make(entry, room);
        Volatile.Write(ref place, made);
        return made;
    }

    private static EncodedMessage Make(HistoryEntry entry, string? room) => new(entry.Broadcast.Message, entry.Id, isKept: true, room: room);
}
