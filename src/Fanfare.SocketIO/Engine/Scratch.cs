using System.Buffers;

namespace Fanfare.SocketIO;

/// <summary>Where a control packet is put together before it is copied into its frame: one place per thread.</summary>
internal static class Scratch
{
    private const int MaxKeptBytes = 16 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _writer;

    /// <summary>The thread's writer, empty. What was written with it before is gone.</summary>
    public static ArrayBufferWriter<byte> Take()
    {
        if (_writer is null || _writer.Capacity > MaxKeptBytes)
        {
            _writer = new ArrayBufferWriter<byte>(256);
        }

        _writer.ResetWrittenCount();
        return _writer;
    }
}
