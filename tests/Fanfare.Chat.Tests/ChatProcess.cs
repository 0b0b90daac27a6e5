using System.Collections.Concurrent;
using System.Diagnostics;

namespace Fanfare.Chat.Tests;

/// <summary>The chat as a process of its own.</summary>
internal sealed class ChatProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChatProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data, OutputLines);
        _process.ErrorDataReceived += (_, line) => Take(line.Data, ErrorLines);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public ConcurrentQueue<string> OutputLines { get; } = new();

    public ConcurrentQueue<string> ErrorLines { get; } = new();

    /// <summary>What the program is called with; the last of two values for one key counts.</summary>
    public static string[] Arguments(TemporaryFolder folder, params string[] settings) =>
        ["--urls=http://127.0.0.1:0", $"--ConnectionStrings:Chat=Data Source={folder.File("chat.db")}", "--Auth:PasswordIterations=1", .. settings];

    public static ChatProcess Start(TemporaryFolder folder, params string[] settings)
    {
        string[] args = [Path.Combine(AppContext.BaseDirectory, "Fanfare.Chat.dll"), .. Arguments(folder, settings)];
        return new ChatProcess(new ProcessStartInfo("dotnet", args) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.Path });
    }

    public Task<string> UrlAsync() => _url.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Kill() => _process.Kill();

    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void Take(string? line, ConcurrentQueue<string> lines)
    {
        const string Listening = "Now listening on: ";
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var start)
        {
            _url.TrySetResult(line[(start + Listening.Length)..]);
        }
    }
}
