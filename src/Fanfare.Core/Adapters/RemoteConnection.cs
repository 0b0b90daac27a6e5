using System.Text.Json.Nodes;

namespace Fanfare;

/// <summary>A connection as other nodes see it: a snapshot.</summary>
/// <param name="Id">The id of the connection.</param>
/// <param name="Handshake">What it brought.</param>
/// <param name="Rooms">Its rooms, the one of its own id included.</param>
/// <param name="Data">What the application attached to it.</param>
public sealed record RemoteConnection(string Id, Handshake Handshake, IReadOnlyList<string> Rooms, JsonObject Data);
