namespace Fanfare.Json;

/// <summary>Where a key's text lies: from <see cref="Start"/> on in the scanned text or, for a complement below zero, among the unescaped keys.</summary>
/// <remarks>Also the mark between the keys of an object and those of the one around it, then with other numbers inside.</remarks>
internal readonly record struct KeyRef(int Start, int Length);
