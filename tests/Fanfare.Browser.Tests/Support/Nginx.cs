using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Fanfare.Browser.Tests;

/// <summary>nginx in front of the chat: TLS with and without HTTP/2, in a folder and on ports of its own, without rights.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fanfare-nginx-");
    private readonly TestCertificate _certificate = new();
    private readonly Process _process;

    private Nginx(Uri chat)
    {
        var ports = FreePorts(2);
        Http1 = new Uri($"https://127.0.0.1:{ports[0]}");
        Http2 = new Uri($"https://127.0.0.1:{ports[1]}");
        var configuration = Path.Combine(_folder.FullName, "nginx.conf");
        File.WriteAllText(configuration, Configuration());
        File.WriteAllText(Path.Combine(_folder.FullName, "proxied.conf"), Proxied(chat));
        var start = new ProcessStartInfo(
            Programs.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("nginx is not installed: apt-get install nginx-light"),
            ["-e", "stderr", "-p", _folder.FullName, "-c", configuration])
        {
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("nginx did not start.");
        Errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where it speaks HTTP/1.1.</summary>
    public Uri Http1 { get; }

    /// <summary>Where it speaks HTTP/2.</summary>
    public Uri Http2 { get; }

    private Task<string> Errors { get; }

    public static async Task<Nginx> StartAsync(Uri chat)
    {
        var nginx = new Nginx(chat);
        using var client = NewClient();
        while (true)
        {
            try
            {
                using var response = await client.GetAsync(new Uri(nginx.Http2, "/health/ready"), TestContext.Current.CancellationToken).InTime();
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                return nginx;
            }
            catch (HttpRequestException) when (!nginx._process.HasExited)
            {
                // It does not listen yet, and tells nobody when it does.
                await Task.Yield();
            }
            catch (HttpRequestException)
            {
                throw new InvalidOperationException($"nginx ended: {await nginx.Errors}");
            }
        }
    }

    /// <summary>A client that takes the certificate, from an address of its own of this machine.</summary>
    public static HttpClient NewClient(string address = "127.0.0.1") => new(new SocketsHttpHandler
    {
#pragma warning disable CA5359 // The proxy's certificate was made by this test.
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Its workers end with it when it is asked, but not when it is killed.
            using var signal = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await _process.WaitForExitAsync(CancellationToken.None).InTime();
        }

        _process.Dispose();
        _certificate.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    /// <summary>As an operator writes it: the chat is told who asks, by which scheme and for which host.</summary>
    private static string Proxied(Uri chat) =>
        $$"""
        location / {
          proxy_pass {{chat.GetLeftPart(UriPartial.Authority)}};
          proxy_http_version 1.1;
          proxy_set_header Host $http_host;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection $connection_upgrade;
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto $scheme;
          proxy_set_header X-Forwarded-Host $http_host;
        }
        """;

    private string Configuration() =>
        $$"""
        daemon off;
        worker_processes 1;
        pid nginx.pid;
        events { worker_connections 512; }
        http {
          access_log off;
          client_body_buffer_size 128k;
          proxy_max_temp_file_size 0;
          client_body_temp_path body;
          proxy_temp_path proxy;
          fastcgi_temp_path fastcgi;
          uwsgi_temp_path uwsgi;
          scgi_temp_path scgi;
          ssl_certificate {{_certificate.Certificate}};
          ssl_certificate_key {{_certificate.Key}};
          map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
          server { listen 127.0.0.1:{{Http1.Port}} ssl; include proxied.conf; }
          server { listen 127.0.0.1:{{Http2.Port}} ssl http2; include proxied.conf; }
        }
        """;
}
