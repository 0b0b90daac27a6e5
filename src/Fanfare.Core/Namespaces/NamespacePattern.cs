namespace Fanfare;

/// <summary>Namespaces that come into being when a client names them: all whose names fit, with one registration.</summary>
public sealed class NamespacePattern : NamespaceSetup
{
    internal NamespacePattern(Func<string, Handshake, ValueTask<bool>> matches, NamespaceOptions options)
        : base(new Registrations(), options)
    {
        Matches = matches;
    }

    internal Func<string, Handshake, ValueTask<bool>> Matches { get; }
}
