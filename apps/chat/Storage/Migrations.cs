using Dapper;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Storage;

/// <summary>The schema, as steps that are applied in order, each once.</summary>
internal static class Migrations
{
    // Times are milliseconds since 1970. A message's seq is the order of storing. last_read_seq 0: nothing read, the room was empty.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE users (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,
            password_hash TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE sign_ins (
            id TEXT PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users (id),
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX sign_ins_by_user ON sign_ins (user_id);

        CREATE TABLE refresh_tokens (
            hash BLOB PRIMARY KEY,
            sign_in_id TEXT NOT NULL REFERENCES sign_ins (id) ON DELETE CASCADE,
            expires_at INTEGER NOT NULL,
            used_at INTEGER
        ) WITHOUT ROWID;
        CREATE INDEX refresh_tokens_by_sign_in ON refresh_tokens (sign_in_id, expires_at);

        CREATE TABLE rooms (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL,
            is_private INTEGER NOT NULL,
            owner_id TEXT REFERENCES users (id),
            created_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX public_rooms_by_name ON rooms (name_key) WHERE is_private = 0;

        CREATE TABLE messages (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            room_id TEXT NOT NULL REFERENCES rooms (id),
            user_id TEXT NOT NULL REFERENCES users (id),
            content TEXT NOT NULL,
            client_id TEXT,
            sent_at INTEGER NOT NULL
        );
        CREATE INDEX messages_by_room ON messages (room_id, seq, user_id);
        CREATE UNIQUE INDEX messages_by_client_id ON messages (room_id, user_id, client_id) WHERE client_id IS NOT NULL;

        CREATE TABLE members (
            room_id TEXT NOT NULL REFERENCES rooms (id),
            user_id TEXT NOT NULL REFERENCES users (id),
            last_read_seq INTEGER NOT NULL,
            joined_at INTEGER NOT NULL,
            PRIMARY KEY (room_id, user_id)
        ) WITHOUT ROWID;
        CREATE INDEX members_by_user ON members (user_id, room_id);

        CREATE TABLE invitations (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            room_id TEXT NOT NULL REFERENCES rooms (id),
            user_id TEXT NOT NULL REFERENCES users (id),
            invited_by TEXT NOT NULL REFERENCES users (id),
            created_at INTEGER NOT NULL,
            UNIQUE (room_id, user_id)
        );
        CREATE INDEX invitations_by_user ON invitations (user_id, seq);
        """,
    ];

    /// <summary>Applies what is missing, all or nothing; two programs at once take turns.</summary>
    /// <exception cref="InvalidDataException">The file was made by a newer version.</exception>
    public static void Apply(SqliteConnection connection)
    {
        SqliteCommands.Execute(connection, "BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL);");
        try
        {
            var version = connection.QuerySingleOrDefault<int?>("SELECT version FROM schema_version") ?? 0;
            if (version > Steps.Length)
            {
                throw new InvalidDataException($"its schema has version {version}; this program knows up to {Steps.Length}.");
            }

            foreach (var step in Steps.AsSpan(version))
            {
                SqliteCommands.Execute(connection, step);
            }

            SqlMapper.Execute(connection, "DELETE FROM schema_version; INSERT INTO schema_version (version) VALUES (@version)", new { version = Steps.Length });
            SqliteCommands.Execute(connection, "COMMIT");
        }
        catch
        {
            SqliteCommands.Execute(connection, "ROLLBACK");
            throw;
        }
    }
}
