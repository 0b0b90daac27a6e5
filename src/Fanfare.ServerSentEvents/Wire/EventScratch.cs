using System.Buffers;

namespace Fanfare.ServerSentEvents;

/// <summary>The buffers in which a thread puts events together before it makes a frame of the right size of them.</summary>
internal sealed class EventScratch
{
    private const int MaxKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static EventScratch? _kept;

    /// <summary>For the event.</summary>
    public ArrayBufferWriter<byte> Event { get; } = new(512);

    /// <summary>For its data.</summary>
    public ArrayBufferWriter<byte> Data { get; } = new(512);

    /// <summary>Takes the thread's buffers, empty.</summary>
    public static EventScratch Take()
    {
        var scratch = _kept ?? new EventScratch();
        _kept = null;
        return scratch;
    }

    /// <summary>Gives them back, unless they have grown large.</summary>
    public void Return()
    {
        if (Event.Capacity <= MaxKeptBytes && Data.Capacity <= MaxKeptBytes)
        {
            Event.ResetWrittenCount();
            Data.ResetWrittenCount();
            _kept = this;
        }
    }
}
