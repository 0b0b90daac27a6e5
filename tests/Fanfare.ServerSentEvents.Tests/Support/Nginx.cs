using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>nginx in front of a server, its buffering as it comes: in clear and HTTP/1.1, over TLS and HTTP/2; in a folder and on ports of its own, without rights.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fanfare-nginx-");
    private readonly Process _process;
    private readonly Task<string> _errors;

    private Nginx(Uri server)
    {
        var ports = FreePorts(2);
        Http1 = new Uri($"http://127.0.0.1:{ports[0]}");
        Http2 = new Uri($"https://127.0.0.1:{ports[1]}");
        File.WriteAllText(PathOf("certificate.pem"), TestCertificate.Shared.ExportCertificatePem());
        using (var key = System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(TestCertificate.Shared)!)
        {
            File.WriteAllText(PathOf("key.pem"), key.ExportPkcs8PrivateKeyPem());
        }

        File.WriteAllText(PathOf("nginx.conf"), Configuration(server));
        var program = Programs.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("nginx is not installed: apt-get install nginx-light");
        _process = Process.Start(new ProcessStartInfo(program, ["-e", "stderr", "-p", _folder.FullName, "-c", PathOf("nginx.conf")]) { RedirectStandardError = true })
            ?? throw new InvalidOperationException("nginx did not start.");
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where it speaks HTTP/1.1, in clear.</summary>
    public Uri Http1 { get; }

    /// <summary>Where it speaks HTTP/2, over TLS.</summary>
    public Uri Http2 { get; }

    public static async Task<Nginx> StartAsync(Uri server)
    {
        var nginx = new Nginx(server);
        while (true)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, nginx.Http2.Port, TestContext.Current.CancellationToken);
                return nginx;
            }
            catch (SocketException) when (!nginx._process.HasExited)
            {
                // It does not listen yet, and tells nobody when it does.
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }
            catch (SocketException)
            {
                throw new InvalidOperationException($"nginx ended: {await nginx._errors}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Its workers end with it when it is asked, but not when it is killed.
            using var signal = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await _process.WaitForExitAsync(CancellationToken.None).Within(Timeouts.Default);
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(static listener => listener.Start());
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(static listener => listener.Dispose());
        return ports;
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private string Configuration(Uri server) =>
        $$"""
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        events { worker_connections 512; }
        http {
          access_log off;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          ssl_certificate certificate.pem;
          ssl_certificate_key key.pem;
          server {
            listen 127.0.0.1:{{Http1.Port}};
            location / { proxy_pass {{server.GetLeftPart(UriPartial.Authority)}}; proxy_http_version 1.1; proxy_set_header Host $http_host; }
            location /old/ { proxy_pass {{server.GetLeftPart(UriPartial.Authority)}}/; }
          }
          server {
            listen 127.0.0.1:{{Http2.Port}} ssl http2;
            location / { proxy_pass {{server.GetLeftPart(UriPartial.Authority)}}; proxy_http_version 1.1; proxy_set_header Host $http_host; }
          }
        }
        """;
}
