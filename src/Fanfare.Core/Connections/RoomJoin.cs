namespace Fanfare;

/// <summary>How a connection came into a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="Cursor">The position from which on it hears the room live.</param>
/// <param name="IsRecovered">Whether it got all it missed; <see langword="null"/> when it did not ask.</param>
/// <param name="Gap">Why it did not get all.</param>
/// <param name="IsRefused">It is in as many rooms as it may be, and not in this one.</param>
public readonly record struct RoomJoin(string Room, EventId Cursor, bool? IsRecovered = null, GapReason Gap = GapReason.None, bool IsRefused = false);
