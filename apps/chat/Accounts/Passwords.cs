using Fanfare.Chat.Configuration;
using Fanfare.Chat.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Fanfare.Chat.Accounts;

/// <summary>Hashes and verifies passwords with the framework's hasher (PBKDF2).</summary>
public sealed class Passwords
{
    private readonly PasswordHasher<string> _hasher;
    private readonly string _nobodysHash;

    /// <summary>Prepares the hasher.</summary>
    public Passwords(ChatOptions options)
    {
        var settings = new PasswordHasherOptions();
        settings.IterationCount = options.Auth.PasswordIterations ?? settings.IterationCount;
        _hasher = new PasswordHasher<string>(Options.Create(settings));
        _nobodysHash = Hash(Identifiers.New());
    }

    /// <summary>Whether a new password is acceptable: 8 to 128 code points of any kind.</summary>
    public static bool IsAcceptable(string password) => CodePoints.TryCount(password, out var length) && length is >= 8 and <= 128;

    /// <summary>A salted hash that carries its own parameters.</summary>
    public string Hash(string password) => _hasher.HashPassword("", password);

    /// <summary>Verifies; a missing account takes as long as a wrong password, so that names cannot be found out.</summary>
    public PasswordVerificationResult Verify(AccountRow? account, string password)
    {
        var verdict = _hasher.VerifyHashedPassword("", account?.PasswordHash ?? _nobodysHash, password);
        return account is null ? PasswordVerificationResult.Failed : verdict;
    }
}
