using System.Collections.Concurrent;
using System.Diagnostics;

namespace Fanfare.Browser.Tests;

/// <summary>The chat as users start it, with a database of its own. It can go down and come up again at the same address.</summary>
internal sealed class ChatProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fanfare-browser-");
    private readonly ConcurrentQueue<string> _output = new();
    private readonly string[] _settings;
    private Process? _process;

    private ChatProcess(string[] settings)
    {
        _settings = settings;
    }

    /// <summary>Where it listens; the same after a restart.</summary>
    public Uri Url { get; private set; } = new("http://127.0.0.1:0");

    /// <param name="scheme">Whether it serves TLS by itself.</param>
    /// <param name="settings">Settings of the chat, as on its command line.</param>
    public static async Task<ChatProcess> StartAsync(string scheme = "http", params string[] settings)
    {
        var chat = new ChatProcess(settings) { Url = new Uri($"{scheme}://127.0.0.1:0") };
        await chat.StartAgainAsync();
        return chat;
    }

    public async Task StartAgainAsync()
    {
        // The last of two values for one key counts.
        string[] arguments =
        [
            Repository.ChatProgram, $"--urls={Url.GetLeftPart(UriPartial.Authority)}", $"--ConnectionStrings:Chat=Data Source={Path.Combine(_folder.FullName, "chat.db")}",
            "--Auth:PasswordIterations=1", "--Auth:RateLimit:Requests=100000", "--Presence:OfflineDelayMs=200", .. _settings,
        ];
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.FullName },
            EnableRaisingEvents = true,
        };
        process.OutputDataReceived += (_, line) => Take(line.Data, listening);
        process.ErrorDataReceived += (_, line) => Take(line.Data, listening);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("The chat ended: " + string.Join('\n', _output)));
        process.Start();
        _process = process;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Url = await listening.Task.InTime();
    }

    /// <summary>Ends it at once, as a power cut would.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).InTime();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Asks it to end, as a deployment does; it closes its connections and ends with exit code 0.</summary>
    public async Task StopAsync()
    {
        var process = _process ?? throw new InvalidOperationException("The chat is not running.");
        using var signal = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).InTime();
        Assert.Equal(0, process.ExitCode);
        process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Delete(recursive: true);
    }

    private void Take(string? line, TaskCompletionSource<Uri> listening)
    {
        const string Listening = "Now listening on: ";
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var start)
        {
            listening.TrySetResult(new Uri(line[(start + Listening.Length)..]));
        }
    }
}
