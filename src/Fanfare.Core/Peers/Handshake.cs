using System.Security.Claims;
using System.Text.Json;

namespace Fanfare;

/// <summary>What a client brought when it asked to enter a namespace: the request, and its own words. Immutable.</summary>
/// <remarks>Socket.IO v5, "Connection to a namespace".</remarks>
public sealed class Handshake
{
    private static readonly ReadOnlyMemory<byte> EmptyObject = "{}"u8.ToArray();
    private readonly ReadOnlyMemory<byte> _auth;

    /// <summary>Makes the handshake of one namespace.</summary>
    /// <param name="request">The request that opened the connection.</param>
    /// <param name="auth">The client's auth object as UTF-8 JSON; empty for none.</param>
    public Handshake(RequestInfo request, ReadOnlyMemory<byte> auth = default)
    {
        Request = request;
        _auth = auth.IsEmpty ? EmptyObject : auth;
    }

    /// <summary>The request that opened the connection.</summary>
    public RequestInfo Request { get; }

    /// <summary>The client's auth object as UTF-8 JSON, byte for byte; <c>{}</c> when it sent none.</summary>
    public ReadOnlyMemory<byte> AuthJson => _auth;

    /// <summary>The client's auth object; an empty object when it sent none.</summary>
    public JsonElement Auth => JsonElement.Parse(_auth.Span);

    /// <summary>The user of the request itself, as ASP.NET Core's authentication found it.</summary>
    public ClaimsPrincipal? Principal => Request.Principal;

    /// <summary>The peer's address.</summary>
    public string Address => Request.Address;

    /// <summary>Whether the request carried an <c>Origin</c> header.</summary>
    public bool IsCrossDomain => Request.Header("origin") is not null;

    /// <summary>The text under <paramref name="key"/> of the auth object, or <see langword="null"/> when absent or no text.</summary>
    public string? AuthText(string key)
    {
        var auth = Auth;
        return auth.ValueKind == JsonValueKind.Object && auth.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
    }
}
