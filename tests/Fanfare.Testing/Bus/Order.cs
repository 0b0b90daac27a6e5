namespace Fanfare.Testing.Bus;

/// <summary>An event of the bus's tests.</summary>
public sealed record Order(int Number, string? Note = null, byte[]? Seal = null, IList<string>? Lines = null);
