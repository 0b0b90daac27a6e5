namespace Fanfare;

/// <summary>An event as a subscription gets it.</summary>
/// <param name="Channel">The channel it was published on.</param>
/// <param name="Value">What was published, read as <typeparamref name="T"/>; <see langword="null"/> when that was published.</param>
/// <param name="Missed">How many events of this subscription were dropped just before this one, because it was too slow. Usually 0.</param>
public readonly record struct BusEvent<T>(string Channel, T Value, long Missed);
