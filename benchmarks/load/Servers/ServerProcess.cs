using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Fanfare.Benchmarks.Load.Measurements;
using Fanfare.Benchmarks.Load.Net;

namespace Fanfare.Benchmarks.Load.Servers;

/// <summary>A running server: started on a free port and one core, ended by its process id.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int SigTerm = 15;
    private const int KeptOutputLines = 40;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Queue<string> _output = new();

    private ServerProcess(ServerSpec spec, int port, int? core)
    {
        Spec = spec;
        Port = port;
        string[] command = [.. spec.Command.Select(word => word.Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))];
        if (core is { } number)
        {
            // taskset replaces itself with the server, so the process id stays the server's.
            command = ["taskset", "-c", number.ToString(CultureInfo.InvariantCulture), .. command];
        }
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => KeepOutput(line.Data);
        _process.ErrorDataReceived += (_, line) => KeepOutput(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Cpu = new CpuClock(_process.Id);
        AppDomain.CurrentDomain.ProcessExit += OnGeneratorExit;
    }

    public ServerSpec Spec { get; }

    public int Port { get; }

    public CpuClock Cpu { get; }

    /// <summary>Starts the server and waits until it answers <c>GET /healthz</c>.</summary>
    /// <param name="spec">Tells the command.</param>
    /// <param name="core">The core that it shall have for itself; null for no pinning.</param>
    public static ServerProcess Start(ServerSpec spec, int? core)
    {
        var server = new ServerProcess(spec, FreePort(), core);
        try
        {
            server.WaitUntilReady();
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>The resident set in bytes, counted by the kernel page by page (statm is off by up to 64 pages per core).</summary>
    public long ReadResidentBytes()
    {
        foreach (string line in File.ReadLines($"/proc/{_process.Id}/smaps_rollup"))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
            {
                string kibibytes = line["Rss:".Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
                return long.Parse(kibibytes, CultureInfo.InvariantCulture) * 1024;
            }
        }
        throw new InvalidDataException("smaps_rollup has no Rss line.");
    }

    /// <summary>What the server has written lately, to explain why it died.</summary>
    public string RecentOutput()
    {
        lock (_output)
        {
            return string.Join('\n', _output);
        }
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnGeneratorExit;
        if (!_process.HasExited)
        {
            _ = Libc.Kill(_process.Id, SigTerm);
            if (!_process.WaitForExit(StopLimit))
            {
                _process.Kill();
            }
        }
        _process.Dispose();
    }

    private void OnGeneratorExit(object? sender, EventArgs e) => Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void WaitUntilReady()
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        var address = new Uri($"http://127.0.0.1:{Port}/healthz");
        long start = Stopwatch.GetTimestamp();
        while (!_process.HasExited && Stopwatch.GetElapsedTime(start) < StartLimit)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                using HttpResponseMessage response = client.Send(request);
                // A server of one's own may have no such path: any answer but "not yet" will do.
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                Thread.Sleep(50);
            }
        }
        throw new InvalidOperationException($"{Spec.Name} did not start: {string.Join(' ', Spec.Command)}\n{RecentOutput()}");
    }

    private void KeepOutput(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (_output)
        {
            _output.Enqueue(line);
            if (_output.Count > KeptOutputLines)
            {
                _output.Dequeue();
            }
        }
    }
}
