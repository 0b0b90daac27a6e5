namespace Fanfare.AspNetCore;

/// <summary>The end of a WebSocket.</summary>
/// <param name="Kind">How it came.</param>
/// <param name="Code">The close code that was received or sent, or <see langword="null"/> without one.</param>
/// <param name="Reason">The text beside the code; empty without one.</param>
public readonly record struct WebSocketEnd(WebSocketEndKind Kind, int? Code = null, string Reason = "");
