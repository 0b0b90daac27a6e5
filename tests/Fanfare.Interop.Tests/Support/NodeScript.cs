using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace Fanfare.Interop.Tests;

/// <summary>
/// A script that uses an official client. It says what happened in lines of JSON, <c>{"step": name, …}</c>, in the order in which
/// it happened; the test reads and checks them. It ends by itself, with exit code 0.
/// </summary>
internal sealed class NodeScript : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task<string> _errors;
    private readonly Task _reading;

    private NodeScript(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadLinesAsync();
    }

    public static NodeScript Start(string name, Uri server, params string[] arguments)
    {
        var start = new ProcessStartInfo("node", [name, server.GetLeftPart(UriPartial.Authority), .. arguments])
        {
            WorkingDirectory = NodePackages.ScriptsFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new NodeScript(Process.Start(start) ?? throw new InvalidOperationException("node did not start."));
    }

    /// <summary>The next line, which must be of this step.</summary>
    public async Task<JsonElement> ReadAsync(string step)
    {
        string line;
        try
        {
            line = await _lines.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().InTime();
        }
        catch (Exception exception) when (exception is ChannelClosedException or TimeoutException)
        {
            throw new InvalidOperationException($"The script did not come to \"{step}\". {await ErrorsAsync()}", exception);
        }

        var said = JsonElement.Parse(line);
        Assert.True(said.GetProperty("step").GetString() == step, $"\"{step}\" was due, but the script said {line}");
        return said;
    }

    /// <summary>Lets a script go on that waits for a line.</summary>
    public async Task ContinueAsync()
    {
        await _process.StandardInput.WriteLineAsync("go on");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until the script has ended, with nothing more to say.</summary>
    public async Task EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).InTime();
        await _reading.InTime();
        Assert.False(_lines.Reader.TryRead(out var more), $"The script said more than it should: {more}");
        Assert.True(_process.ExitCode == 0, $"The script ended with {_process.ExitCode}. {await _errors}");
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

    private async Task ReadLinesAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Writer.TryWrite(line);
        }

        _lines.Writer.Complete();
    }

    private async Task<string> ErrorsAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        return await _errors;
    }
}
