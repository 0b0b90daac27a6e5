using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Fanfare.AspNetCore;
using Microsoft.Data.Sqlite;

namespace Fanfare.Chat.Configuration;

/// <summary>Reads <see cref="ChatOptions"/> from the configuration; the first bad setting ends the start.</summary>
public static class ChatOptionsReader
{
    private const int MinimumKeyBytes = 32;

    // How long a statement waits for a lock of another program, unless the connection string says otherwise.
    private const int BusySeconds = 5;

    /// <summary>Reads and checks all settings.</summary>
    /// <param name="configuration">Command line, environment, files.</param>
    /// <param name="contentRoot">Absolute folder that a relative <c>Data Source</c> is relative to.</param>
    /// <exception cref="ConfigurationException">A setting is missing, malformed or out of range.</exception>
    public static ChatOptions Read(IConfiguration configuration, string contentRoot)
    {
        CheckUrls(configuration["urls"]);
        var database = ReadDatabase(configuration.GetConnectionString("Chat"), contentRoot);
        return new ChatOptions
        {
            ConnectionString = database.ConnectionString,
            DatabasePath = database.DataSource,
            JwtKey = ReadJwtKey(configuration["JWT_KEY"]),
            AllowedOrigins = ReadOrigins(configuration["ALLOWED_ORIGINS"]),
            TrustedProxies = ReadProxies(configuration["TRUSTED_PROXIES"]),
            SeedDemo = ReadFlag(configuration, "SEED_DEMO"),
            TelemetryEndpoint = ReadEndpoint(configuration, "OTEL_EXPORTER_OTLP_ENDPOINT"),
            Auth = new AuthOptions
            {
                AccessTokenLifetime = TimeSpan.FromSeconds(ReadNumber(configuration, "Auth:AccessTokenSeconds", 900)),
                RefreshTokenLifetime = TimeSpan.FromSeconds(ReadNumber(configuration, "Auth:RefreshTokenSeconds", 2_592_000)),
                PasswordIterations = configuration["Auth:PasswordIterations"] is null ? null : ReadNumber(configuration, "Auth:PasswordIterations", 0),
                Failures = ReadNumber(configuration, "Auth:RateLimit:Failures", 10),
                Requests = ReadNumber(configuration, "Auth:RateLimit:Requests", 100),
                Window = TimeSpan.FromSeconds(ReadNumber(configuration, "Auth:RateLimit:WindowSeconds", 60)),
                QueryToken = ReadFlag(configuration, "Auth:QueryToken"),
            },
            OfflineDelay = TimeSpan.FromMilliseconds(ReadNumber(configuration, "Presence:OfflineDelayMs", 2000, minimum: 0)),
            ConnectionsPerUser = ReadNumber(configuration, "Limits:ConnectionsPerUser", 20),
            ConnectionsPerAddress = ReadNumber(configuration, "Limits:ConnectionsPerAddress", 200),
            MessagesPerSecond = ReadNumber(configuration, "Limits:MessagesPerSecond", 50),
        };
    }

    private static void CheckUrls(string? urls)
    {
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!IsAddress(url))
            {
                throw new ConfigurationException("urls", $"'{url}' is no address to listen on; write scheme://host:port.");
            }
        }
    }

    private static bool IsAddress(string url)
    {
        try
        {
            return BindingAddress.Parse(url).Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static SqliteConnectionStringBuilder ReadDatabase(string? connectionString, string contentRoot)
    {
        const string Key = "ConnectionStrings:Chat";
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString ?? "Data Source=data/chat.db" };
            if (parts.ContainsKey("Host"))
            {
                throw new ConfigurationException(Key, "PostgreSQL is not supported by this version; use 'Data Source=<file>'.");
            }

            var builder = new SqliteConnectionStringBuilder(parts.ConnectionString) { ForeignKeys = true };
            if (!builder.ShouldSerialize("Default Timeout"))
            {
                builder.DefaultTimeout = BusySeconds;
            }

            if (builder.DataSource.Length == 0 || builder.DataSource.StartsWith(':') || builder.DataSource.StartsWith("file:", StringComparison.Ordinal) || builder.Mode == SqliteOpenMode.Memory)
            {
                throw new ConfigurationException(Key, "it needs a 'Data Source' that names a file.");
            }

            builder.DataSource = Path.GetFullPath(builder.DataSource, contentRoot);
            return builder;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw new ConfigurationException(Key, "it is no connection string of SQLite; write 'Data Source=<file>'.");
        }
    }

    private static byte[]? ReadJwtKey(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var key = Encoding.UTF8.GetBytes(text);
        return key.Length >= MinimumKeyBytes ? key : throw new ConfigurationException("JWT_KEY", $"it has {key.Length} bytes; at least {MinimumKeyBytes} are needed.");
    }

    private static List<string> ReadOrigins(string? text)
    {
        var origins = new List<string>();
        foreach (var entry in Entries(text))
        {
            if (entry == "*")
            {
                throw new ConfigurationException("ALLOWED_ORIGINS", "'*' is not possible, since requests carry credentials; list exact origins.");
            }

            if (!IsOrigin(entry))
            {
                throw new ConfigurationException("ALLOWED_ORIGINS", $"'{entry}' is no origin; write scheme://host or scheme://host:port.");
            }

            origins.Add(entry);
        }

        return origins;
    }

    private static bool IsOrigin(string text)
    {
        try
        {
            _ = new OriginPolicy([text]);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static List<IPNetwork> ReadProxies(string? text)
    {
        var networks = new List<IPNetwork>();
        foreach (var entry in Entries(text))
        {
            networks.Add(ReadNetwork(entry) ?? throw new ConfigurationException("TRUSTED_PROXIES", $"'{entry}' is neither an address nor a network like 10.0.0.0/8."));
        }

        return networks;
    }

    private static IPNetwork? ReadNetwork(string entry)
    {
        var written = entry.Split('/')[0];

        // Not the forms of old, in which '10.1' is 10.0.0.1: who writes less than an address means something else.
        if (!IPAddress.TryParse(written, out var address) || (address.AddressFamily == AddressFamily.InterNetwork && written != address.ToString()))
        {
            return null;
        }

        if (written == entry)
        {
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(entry, out var network) ? network : null;
    }

    private static bool ReadFlag(IConfiguration configuration, string key)
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        return bool.TryParse(text, out var flag) ? flag : throw new ConfigurationException(key, $"it is '{text}'; true or false is needed.");
    }

    private static Uri? ReadEndpoint(IConfiguration configuration, string key)
    {
        var text = configuration[key];
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") ? uri : throw new ConfigurationException(key, "it is no http or https address.");
    }

    private static int ReadNumber(IConfiguration configuration, string key, int standard, int minimum = 1)
    {
        var text = configuration[key];
        if (text is null)
        {
            return standard;
        }

        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= minimum
            ? number
            : throw new ConfigurationException(key, $"it is '{text}'; a whole number from {minimum} to {int.MaxValue} is needed.");
    }

    private static string[] Entries(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
