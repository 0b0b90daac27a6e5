using Fanfare.Chat.Storage;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Fanfare.Chat.Accounts;

/// <summary>Makes and checks access tokens. HTTP requests and sockets are let in by this one check.</summary>
/// <remarks>Safe to call from any thread.</remarks>
public sealed class AccessTokens
{
    private const string Issuer = "fanfare-chat";
    private const int MaximumLength = 8192;
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly TokenValidationParameters _parameters;
    private readonly SigningCredentials _credentials;
    private readonly ChatDatabase _database;
    private readonly TimeProvider _time;

    /// <summary>Prepares signing and checking.</summary>
    public AccessTokens(SigningKey key, ChatDatabase database, TimeProvider time)
    {
        _database = database;
        _time = time;
        _credentials = new SigningCredentials(key.Key, SecurityAlgorithms.HmacSha256);
        _parameters = new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKey = key.Key,
            ValidIssuer = Issuer,
            ValidAudience = Issuer,
            RequireSignedTokens = true,
            // Times are checked here: the end without grace, the beginning with some.
            ValidateLifetime = false,
        };
    }

    /// <summary>Makes a token; its times are whole seconds.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Create(string userId, string userName, string signInId, TimeSpan lifetime)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());
        var expiresAt = now + lifetime;
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Issuer,
            IssuedAt = now.UtcDateTime,
            Expires = expiresAt.UtcDateTime,
            Claims = new Dictionary<string, object> { ["sub"] = userId, ["name"] = userName, ["sid"] = signInId },
            SigningCredentials = _credentials,
        });
        return (token, expiresAt);
    }

    /// <summary>Checks signature, claims and times, that the user exists, and that the sign-in is alive.</summary>
    public async ValueTask<AccessTokenCheck> CheckAsync(string? token)
    {
        if (string.IsNullOrEmpty(token) || token.Length > MaximumLength)
        {
            return default;
        }

        var result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || ReadCaller(jwt) is not { } caller || NameIn(caller.UserId, caller.SignInId) != caller.UserName)
        {
            return default;
        }

        return caller.ExpiresAt <= _time.GetUtcNow() ? new AccessTokenCheck(null, IsExpired: true) : new AccessTokenCheck(caller, IsExpired: false);
    }

    /// <summary>Whether the user exists and the sign-in has not ended.</summary>
    public bool IsAlive(string userId, string signInId) => NameIn(userId, signInId) is not null;

    private Caller? ReadCaller(JsonWebToken jwt)
    {
        if (!TryGetText(jwt, "sub", out var userId) || !TryGetText(jwt, "name", out var userName) || !TryGetText(jwt, "sid", out var signInId))
        {
            return null;
        }

        var latest = _time.GetUtcNow() + ClockSkew;
        if (!TryGetTime(jwt, "exp", out var expiresAt) || !TryGetTime(jwt, "iat", out var issuedAt) || issuedAt > latest)
        {
            return null;
        }

        if (jwt.TryGetPayloadValue<object>("nbf", out _) && (!TryGetTime(jwt, "nbf", out var notBefore) || notBefore > latest))
        {
            return null;
        }

        return new Caller(userId, userName, signInId, expiresAt);
    }

    private string? NameIn(string userId, string signInId) => _database.Read(connection => AccountQueries.NameInSignIn(connection, userId, signInId));

    private static bool TryGetText(JsonWebToken jwt, string claim, out string text) => jwt.TryGetPayloadValue(claim, out text) && !string.IsNullOrEmpty(text);

    private static bool TryGetTime(JsonWebToken jwt, string claim, out DateTimeOffset time)
    {
        var isTime = jwt.TryGetPayloadValue<long>(claim, out var seconds) && seconds is >= 0 and <= 253_402_300_799;
        time = isTime ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
        return isTime;
    }
}
