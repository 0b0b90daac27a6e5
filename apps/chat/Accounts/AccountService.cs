using System.Security.Cryptography;
using System.Text;
using Fanfare.Chat.Configuration;
using Fanfare.Chat.Storage;
using Fanfare.Chat.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Accounts;

/// <summary>Registration, sign-in, and what becomes of sign-ins.</summary>
/// <remarks>Safe to call from any thread.</remarks>
public sealed class AccountService(ChatDatabase database, WriteLane lane, Passwords passwords, AccessTokens tokens, ISignInEvents events, ChatOptions options, TimeProvider time)
{
    private const int RefreshTokenBytes = 32;

    /// <summary>Makes a user and signs in; null when the name is taken.</summary>
    public async Task<Session?> RegisterAsync(DisplayName name, string password)
    {
        var hash = passwords.Hash(password);
        var userId = Identifiers.New();
        return await lane.RunAsync(connection => AccountQueries.TryAdd(connection, userId, name, hash, Now) ? SignIn(connection, userId, name.Text) : null);
    }

    /// <summary>Signs in; null when there is no such name or the password is wrong.</summary>
    public async Task<Session?> LoginAsync(DisplayName? name, string password)
    {
        var account = name is null ? null : database.Read(connection => AccountQueries.Find(connection, name.Key));
        var verdict = passwords.Verify(account, password);
        if (account is null || verdict == PasswordVerificationResult.Failed)
        {
            return null;
        }

        var betterHash = verdict == PasswordVerificationResult.SuccessRehashNeeded ? passwords.Hash(password) : null;
        return await lane.RunAsync(connection =>
        {
            if (betterHash is not null)
            {
                AccountQueries.ReplaceHash(connection, account.Id, betterHash);
            }

            return SignIn(connection, account.Id, account.Name);
        });
    }

    /// <summary>Trades a refresh token for a new session of the same sign-in; null when it is refused.</summary>
    /// <remarks>A token shown twice was copied by somebody: nobody can tell by whom, so the whole sign-in ends.</remarks>
    public async Task<Session?> RefreshAsync(string refreshToken)
    {
        var hash = HashOf(refreshToken);
        var (session, _) = await lane.RunAsync(
            connection =>
            {
                var row = AccountQueries.FindRefreshToken(connection, hash);
                if (row is null)
                {
                    return (null, null);
                }

                if (row.WasUsed != 0)
                {
                    AccountQueries.EndSignIn(connection, row.SignInId);
                    return (null, row.SignInId);
                }

                if (row.ExpiresAt <= Now)
                {
                    return (null, null);
                }

                AccountQueries.UseRefreshToken(connection, hash, row.SignInId, Now);
                return ((Session?)MakeSession(connection, row.UserId, row.UserName, row.SignInId), (string?)null);
            },
            outcome => TellEndedAsync(outcome.Item2));
        return session;
    }

    /// <summary>Ends the sign-in that the token belongs to, if there is one.</summary>
    public async Task LogoutAsync(string refreshToken)
    {
        var hash = HashOf(refreshToken);
        await lane.RunAsync(
            connection => AccountQueries.FindRefreshToken(connection, hash) is { } row && AccountQueries.EndSignIn(connection, row.SignInId) ? row.SignInId : null,
            TellEndedAsync);
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static byte[] HashOf(string refreshToken) => SHA256.HashData(Encoding.UTF8.GetBytes(refreshToken));

    private ValueTask TellEndedAsync(string? signInId) => signInId is null ? ValueTask.CompletedTask : events.SignInEndedAsync(signInId);

    private Session SignIn(SqliteConnection connection, string userId, string userName)
    {
        var signInId = Identifiers.New();
        AccountQueries.AddSignIn(connection, signInId, userId, Now, Now - (long)options.Auth.AccessTokenLifetime.TotalMilliseconds);
        return MakeSession(connection, userId, userName, signInId);
    }

    private Session MakeSession(SqliteConnection connection, string userId, string userName, string signInId)
    {
        var refreshToken = Identifiers.Random(RefreshTokenBytes);
        AccountQueries.AddRefreshToken(connection, HashOf(refreshToken), signInId, Now + (long)options.Auth.RefreshTokenLifetime.TotalMilliseconds);
        var (accessToken, expiresAt) = tokens.Create(userId, userName, signInId, options.Auth.AccessTokenLifetime);
        return new Session(userId, userName, accessToken, refreshToken, Timestamps.Format(expiresAt));
    }
}
