using System.Net;
using Fanfare.Chat.Configuration;
using Fanfare.Chat.Messages;
using Fanfare.Chat.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;

namespace Fanfare.Chat.Tests;

/// <summary>What becomes of writes when the database is locked, full, or new to us.</summary>
public sealed class StorageTests
{
    [Fact]
    public async Task A_write_waits_for_a_lock_of_another_program_and_goes_on_when_it_is_released()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ChatServer.StartOnAsync(folder.File("chat.db") + ";Default Timeout=60");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var other = new SqliteConnection($"Data Source={folder.File("chat.db")};Pooling=False");
        other.Open();
        other.Execute("BEGIN IMMEDIATE");

        var waiting = ann.PostAsync("/api/rooms", new { name = "Tea" });
        Assert.Empty((await ann.GetJsonAsync("/api/rooms")).EnumerateArray());
        Assert.False(waiting.IsCompleted);
        other.Execute("ROLLBACK");

        Assert.Equal(HttpStatusCode.Created, (await waiting).StatusCode);
    }

    [Fact]
    public async Task A_lock_that_stays_is_answered_503_and_nothing_is_stored()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ChatServer.StartOnAsync(folder.File("chat.db") + ";Default Timeout=1");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        await using var other = new SqliteConnection($"Data Source={folder.File("chat.db")};Pooling=False");
        other.Open();
        other.Execute("BEGIN IMMEDIATE");

        await ProblemAssert.IsAsync(HttpStatusCode.ServiceUnavailable, await ann.PostAsync("/api/rooms", new { name = "Tea" }));

        other.Execute("ROLLBACK");
        Assert.Empty((await ann.GetJsonAsync("/api/rooms")).EnumerateArray());
        await ann.MakeRoomAsync("Tea");
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData(";Default Timeout=7", 7)]
    [InlineData(";Command Timeout=7", 7)]
    public void A_statement_waits_5_seconds_for_a_lock_or_as_long_as_the_connection_string_says(string setting, int seconds)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Chat", "Data Source=chat.db" + setting)]).Build();
        Assert.Equal(seconds, new SqliteConnectionStringBuilder(ChatOptionsReader.Read(configuration, Path.GetTempPath()).ConnectionString).DefaultTimeout);
    }

    [Fact]
    public async Task A_full_database_refuses_loses_nothing_and_goes_on_when_there_is_room()
    {
        await using var server = await ChatServer.StartAsync();
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var room = (await ann.MakeRoomAsync("Tea")).Text("id")!;
        await using var socket = await ChatSocket.OpenInAsync(server, ann, room);
        await server.Get<WriteLane>().RunAsync(connection => Number(connection, "PRAGMA max_page_count = 1"));
        var stored = new List<string>();
        var content = new string('a', 4000);
        string? error;
        do
        {
            var ack = await socket.AskAsync("message", new { roomId = room, content });
            error = ack.Has("error") ? ack.Text("error") : null;
            if (error is null)
            {
                stored.Add(ack.Text("id")!);
            }
        }
        while (error is null && stored.Count < 100);

        Assert.Equal("internal", error);
        await server.Get<WriteLane>().RunAsync(connection => Number(connection, "PRAGMA max_page_count = 1000000"));
        stored.Add((await socket.AskAsync("message", new { roomId = room, content })).Text("id")!);
        var page = server.Get<MessageService>().Page(room, before: null, 100)!;
        Assert.Equal(stored, page.Messages.Select(message => message.Id));
    }

    [Fact]
    public async Task A_write_that_throws_undoes_only_itself()
    {
        await using var server = await ChatServer.StartAsync();
        var lane = server.Get<WriteLane>();
        await lane.RunAsync(connection => Run(connection, "CREATE TABLE numbers (number INTEGER)"));

        var writes = Enumerable.Range(0, 50).Select(i => lane.RunAsync(connection =>
        {
            Run(connection, $"INSERT INTO numbers VALUES ({i})");
            return i % 2 == 0 ? i : throw new InvalidOperationException();
        })).ToList();
        await Task.WhenAll(writes).ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);

        Assert.Equal(25, writes.Count(write => write.IsFaulted && write.Exception!.InnerException is InvalidOperationException));
        Assert.Equal(25, await lane.RunAsync(connection => Number(connection, "SELECT COUNT(*) FROM numbers")));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_ends_the_start()
    {
        using var folder = new TemporaryFolder();
        await using (await ChatServer.StartOnAsync(folder.File("chat.db")))
        {
        }

        await using (var connection = new SqliteConnection($"Data Source={folder.File("chat.db")};Pooling=False"))
        {
            connection.Open();
            connection.Execute("UPDATE schema_version SET version = 1000");
        }

        await using var program = ChatProcess.Start(folder);
        Assert.NotEqual(0, await program.WaitForExitAsync());
        Assert.Contains(program.ErrorLines, line => line.StartsWith("ConnectionStrings:Chat:", StringComparison.Ordinal));
    }

    private static bool Run(SqliteConnection connection, string sql)
    {
        connection.Execute(sql);
        return true;
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
