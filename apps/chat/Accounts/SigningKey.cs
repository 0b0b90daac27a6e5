using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Fanfare.Chat.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace Fanfare.Chat.Accounts;

/// <summary>The key that signs access tokens: configured, or made once and kept beside the database for its owner alone.</summary>
public sealed class SigningKey
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Takes the configured key, or reads or makes the kept one.</summary>
    /// <exception cref="ConfigurationException">The key file cannot be read or made.</exception>
    public SigningKey(ChatOptions options)
    {
        try
        {
            Key = new SymmetricSecurityKey(options.JwtKey ?? ReadOrMake(Path.Combine(Path.GetDirectoryName(options.DatabasePath)!, "jwt.key")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException("JWT_KEY", $"it is not set, and the kept key cannot be used: {exception.Message}");
        }
    }

    /// <summary>The key.</summary>
    public SymmetricSecurityKey Key { get; }

    private static byte[] ReadOrMake(string path)
    {
        if (!File.Exists(path))
        {
            Make(path);
        }

        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path) != OwnerOnly)
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }

        var key = Encoding.UTF8.GetBytes(File.ReadAllText(path).Trim());
        return key.Length >= 32 ? key : throw new IOException($"'{path}' has {key.Length} bytes; at least 32 are needed.");
    }

    // Written in full under another name first: a crash in between leaves no half key, and of two programs one wins.
    private static void Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var draft = $"{path}.{Environment.ProcessId}";
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(draft, how))
        {
            file.Write(Encoding.UTF8.GetBytes(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(48))));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
