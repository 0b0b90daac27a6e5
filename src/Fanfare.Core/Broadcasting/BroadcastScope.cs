namespace Fanfare;

/// <summary>What all broadcasts of one namespace share.</summary>
/// <param name="Adapter">Carries them.</param>
/// <param name="Serializer">Writes their arguments.</param>
/// <param name="AckIds">Numbers their acks.</param>
/// <param name="Time">Bounds the wait for acks.</param>
public sealed record BroadcastScope(IAdapter Adapter, MessageSerializer Serializer, AckIds AckIds, TimeProvider Time);
