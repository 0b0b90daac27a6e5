using Dapper;
using Fanfare.Chat.Text;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Accounts;

/// <summary>What is stored of users, sign-ins and refresh tokens.</summary>
internal static class AccountQueries
{
    public static AccountRow? Find(SqliteConnection connection, string nameKey) => connection.QuerySingleOrDefault<AccountRow>(
        "SELECT id, name, password_hash AS PasswordHash FROM users WHERE name_key = @nameKey", new { nameKey });

    public static bool TryAdd(SqliteConnection connection, string id, DisplayName name, string passwordHash, long now) => connection.Execute(
        "INSERT INTO users (id, name, name_key, password_hash, created_at) VALUES (@id, @text, @key, @passwordHash, @now) ON CONFLICT (name_key) DO NOTHING",
        new { id, text = name.Text, key = name.Key, passwordHash, now }) == 1;

    public static void ReplaceHash(SqliteConnection connection, string id, string passwordHash) => connection.Execute(
        "UPDATE users SET password_hash = @passwordHash WHERE id = @id", new { id, passwordHash });

    /// <summary>The user's name, when the user exists and the sign-in is the user's and alive.</summary>
    public static string? NameInSignIn(SqliteConnection connection, string userId, string signInId) => connection.QuerySingleOrDefault<string>(
        "SELECT u.name FROM sign_ins s JOIN users u ON u.id = s.user_id WHERE s.id = @signInId AND s.user_id = @userId", new { userId, signInId });

    /// <summary>Adds a sign-in; those of the user whose tokens are all over since <paramref name="deadSince"/> go.</summary>
    public static void AddSignIn(SqliteConnection connection, string id, string userId, long now, long deadSince) => connection.Execute(
        """
        DELETE FROM sign_ins WHERE user_id = @userId
            AND NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.sign_in_id = sign_ins.id AND t.expires_at > @deadSince);
        INSERT INTO sign_ins (id, user_id, created_at) VALUES (@id, @userId, @now);
        """,
        new { id, userId, now, deadSince });

    /// <summary>Ends a sign-in with all its tokens; false when it had ended before.</summary>
    public static bool EndSignIn(SqliteConnection connection, string id) => connection.Execute("DELETE FROM sign_ins WHERE id = @id", new { id }) == 1;

    public static void AddRefreshToken(SqliteConnection connection, byte[] hash, string signInId, long expiresAt) => connection.Execute(
        "INSERT INTO refresh_tokens (hash, sign_in_id, expires_at) VALUES (@hash, @signInId, @expiresAt)", new { hash, signInId, expiresAt });

    public static RefreshTokenRow? FindRefreshToken(SqliteConnection connection, byte[] hash) => connection.QuerySingleOrDefault<RefreshTokenRow>(
        """
        SELECT t.sign_in_id AS SignInId, s.user_id AS UserId, u.name AS UserName, t.expires_at AS ExpiresAt, t.used_at IS NOT NULL AS WasUsed
        FROM refresh_tokens t JOIN sign_ins s ON s.id = t.sign_in_id JOIN users u ON u.id = s.user_id WHERE t.hash = @hash
        """,
        new { hash });

    /// <summary>Marks a token as used; the sign-in's tokens that ended long ago are forgotten.</summary>
    public static void UseRefreshToken(SqliteConnection connection, byte[] hash, string signInId, long now) => connection.Execute(
        """
        UPDATE refresh_tokens SET used_at = @now WHERE hash = @hash;
        DELETE FROM refresh_tokens WHERE sign_in_id = @signInId AND expires_at <= @now;
        """,
        new { hash, signInId, now });
}
