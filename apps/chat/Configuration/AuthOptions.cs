namespace Fanfare.Chat.Configuration;

/// <summary>Sign-in: lifetimes, hashing, rate limits.</summary>
public sealed record AuthOptions
{
    /// <summary>Lifetime of an access token. Default 15 minutes.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromSeconds(900);

    /// <summary>Lifetime of a refresh token. Default 30 days.</summary>
    public TimeSpan RefreshTokenLifetime { get; init; } = TimeSpan.FromSeconds(2_592_000);

    /// <summary>Iterations of the password hash; null for the hasher's own default.</summary>
    public int? PasswordIterations { get; init; }

    /// <summary>Failed sign-ins per name and address within the window. Default 10.</summary>
    public int Failures { get; init; } = 10;

    /// <summary>Requests to <c>/api/auth</c> per address within the window. Default 100.</summary>
    public int Requests { get; init; } = 100;

    /// <summary>The window of both limits. Default 60 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether event streams take the access token as <c>?access_token=</c>. Default false: addresses end up in logs on their way.</summary>
    public bool QueryToken { get; init; }
}
