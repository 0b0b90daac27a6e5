using System.Buffers;
using Fanfare.Json;
using Microsoft.AspNetCore.Http;

namespace Fanfare.AspNetCore;

/// <summary>The token that a request brings, and how an authenticator is shown it.</summary>
public static class RequestToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The token of the header <c>Authorization: Bearer</c>, or <see langword="null"/> without one.</summary>
    public static string? Bearer(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var value = request.Headers.Authorization.ToString();
        return value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..].Trim() : null;
    }

    /// <summary>The handshake of a client that shows <paramref name="token"/>: what a Socket.IO client sends as <c>auth: {token}</c>, so that one authenticator serves every wire.</summary>
    public static Handshake Handshake(RequestInfo request, string? token)
    {
        if (token is null)
        {
            return new Handshake(request);
        }

        var auth = new ArrayBufferWriter<byte>(token.Length + 16);
        auth.Write("{\"token\":"u8);
        WireJson.WriteString(auth, token);
        auth.Write("}"u8);
        return new Handshake(request, auth.WrittenMemory);
    }
}
