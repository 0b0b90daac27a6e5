using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Storage;

internal static class SqliteCommands
{
    /// <summary>Runs fixed SQL without parameters.</summary>
    public static void Execute(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
