using System.Text.RegularExpressions;

namespace Fanfare;

/// <summary>The server: its namespaces, for the application to register handlers on and to send from anywhere. Safe to use from any thread.</summary>
public interface IFanfare
{
    /// <summary>The namespace with this name, made on first call.</summary>
    /// <param name="name">Begins with <c>/</c>; a missing one is put in front.</param>
    /// <param name="configure">Options for a namespace that is made by this call.</param>
    Namespace Of(string name, Action<NamespaceOptions>? configure = null);

    /// <summary>All namespaces whose names fit a pattern; each is made when a client first names it.</summary>
    NamespacePattern OfPattern(Regex pattern, Action<NamespaceOptions>? configure = null);

    /// <summary>All namespaces that a predicate accepts; each is made when a client first names it.</summary>
    NamespacePattern OfMatching(Func<string, Handshake, ValueTask<bool>> predicate, Action<NamespaceOptions>? configure = null);
}
