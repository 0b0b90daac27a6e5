namespace Fanfare.SocketIO.Protocol;

/// <summary>One Socket.IO packet, its payload as the JSON bytes it came in. Immutable; safe to share.</summary>
/// <remarks>
/// Binary is marked out of band: where a binary value stands, <see cref="Payload"/> holds <c>null</c> and <see cref="Places"/> where
/// that is. So an object of the application that looks like a placeholder stays what it is.
/// </remarks>
public readonly struct Packet
{
    private readonly string? _namespace;
    private readonly ReadOnlyMemory<byte>[]? _attachments;
    private readonly int[]? _places;

    /// <summary>The type. Decoders give <see cref="PacketType.Event"/> and <see cref="PacketType.Ack"/> also for those with attachments.</summary>
    public PacketType Type { get; init; }

    /// <summary>The namespace, by default <c>/</c>.</summary>
    public string Namespace
    {
        get => _namespace ?? "/";
        init => _namespace = value;
    }

    /// <summary>The number that an answer is asked for with, or that it answers.</summary>
    public long? Id { get; init; }

    /// <summary>The name of the event, null for other packets. A name that is a number keeps its digits.</summary>
    public string? Event { get; init; }

    /// <summary>
    /// Of an event or ack the arguments: the content of a JSON array without its brackets and without the name, empty when there are none.
    /// Of a CONNECT its object, or nothing; of a CONNECT_ERROR its object or string.
    /// </summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The binary values in the order of their places.</summary>
    public ReadOnlyMemory<byte>[] Attachments
    {
        get => _attachments ?? [];
        init => _attachments = value;
    }

    /// <summary>Offsets in <see cref="Payload"/> of the <c>null</c>s that stand for binary, rising.</summary>
    public int[] Places
    {
        get => _places ?? [];
        init => _places = value;
    }

    /// <summary>Of an event: an argument held half a surrogate pair, which no Unicode text can hold; <see cref="Payload"/> is empty then.</summary>
    public bool IsIllFormed { get; init; }

    /// <summary>Whether binary is inside.</summary>
    public bool HasBinary => _places is { Length: > 0 };
}
