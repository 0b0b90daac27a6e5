namespace Fanfare.AspNetCore;

/// <summary>
/// When a connection may go over from Kestrel's stream to its socket. Nobody can tell when Kestrel's pipe has reached the socket, so a
/// direct write may overtake what went through the stream, unless the client has proven that it has read all of that (decision record 0003).
/// </summary>
internal struct DirectSwitch
{
    // The most that a first write can hold and still be in the socket as a whole when its beginning has been read.
    private const int MaxProvenBytes = 16 * 1024;

    private int _streamed;
    private Phase _phase;

    private enum Phase : byte
    {
        Streaming,
        Wanted,
        Asked,
        Direct,
    }

    /// <summary>The payload of the ping whose pong proves that all before it has been read.</summary>
    public static ReadOnlySpan<byte> Question => "fanfare"u8;

    /// <summary>Whether everything goes straight to the socket.</summary>
    public readonly bool IsDirect => _phase == Phase.Direct;

    /// <summary>Whether the owner wants direct writes, and they have not begun.</summary>
    public readonly bool IsWanted => _phase is Phase.Wanted or Phase.Asked;

    /// <summary>Whether the ping is out; nothing else may be written until its pong.</summary>
    public readonly bool IsAsked => _phase == Phase.Asked;

    /// <summary>Whether no more has gone through the stream than the first write, which the client has answered.</summary>
    public readonly bool IsProven => _streamed <= MaxProvenBytes;

    /// <summary>Notes a write through the stream; anything beyond the first counts as too much.</summary>
    public void CountStreamed(int bytes) => _streamed = _streamed == 0 ? bytes : int.MaxValue;

    /// <summary>Notes the owner's wish.</summary>
    /// <param name="provenWrites">How many writes the client is known to have read: 0 or 1.</param>
    /// <returns>Whether it counts.</returns>
    public bool TryWant(int provenWrites)
    {
        if (_phase != Phase.Streaming || (provenWrites == 0 && _streamed > 0))
        {
            return false;
        }

        _phase = Phase.Wanted;
        return true;
    }

    /// <summary>Notes that the ping is on its way.</summary>
    public void Ask() => _phase = Phase.Asked;

    /// <summary>Goes over.</summary>
    public void GoDirect() => _phase = Phase.Direct;

    /// <summary>Stays with the stream.</summary>
    public void GiveUp() => _phase = IsWanted ? Phase.Streaming : _phase;
}
