using Fanfare.Chat.Configuration;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Storage;

/// <summary>The SQLite file: opens connections and reads. All writing goes through <see cref="WriteLane"/>.</summary>
/// <remarks>Safe to call from any thread. SQLite is synchronous: reads run on the caller's thread and are kept short by indexes.</remarks>
public sealed class ChatDatabase
{
    private readonly ChatOptions _options;
    private readonly string _probeConnectionString;

    /// <summary>Makes the folder and brings the schema up to date.</summary>
    /// <exception cref="ConfigurationException">The file cannot be opened or belongs to a newer version.</exception>
    public ChatDatabase(ChatOptions options)
    {
        _options = options;
        _probeConnectionString = new SqliteConnectionStringBuilder(options.ConnectionString) { Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 }.ToString();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(options.DatabasePath)!);
            using var connection = OpenForWriting();
            Migrations.Apply(connection);
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ConfigurationException("ConnectionStrings:Chat", $"the database cannot be opened: {exception.Message}");
        }
    }

    /// <summary>Reads with a pooled connection; the reader sees one consistent state per statement.</summary>
    public T Read<T>(Func<SqliteConnection, T> read)
    {
        using var connection = new SqliteConnection(_options.ConnectionString);
        connection.Open();
        return read(connection);
    }

    /// <summary>Whether the file is there and answers.</summary>
    public bool IsAvailable()
    {
        try
        {
            using var connection = new SqliteConnection(_probeConnectionString);
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT version FROM schema_version";
            return command.ExecuteScalar() is not null;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    /// <summary>Opens a connection whose commits are on the disk before they return.</summary>
    internal SqliteConnection OpenForWriting()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(_options.ConnectionString) { Pooling = false }.ToString());
        connection.Open();
        connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
        return connection;
    }
}
