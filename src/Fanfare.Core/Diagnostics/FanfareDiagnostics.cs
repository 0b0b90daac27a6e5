using System.Diagnostics;

namespace Fanfare;

/// <summary>The names under which Fanfare's measurements and traces are found.</summary>
public static class FanfareDiagnostics
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Fanfare";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>A span for the handling of one event; nothing unless somebody listens. It carries names that the application chose, never arguments.</summary>
    internal static Activity? StartEvent(string namespaceName, string eventName)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var activity = Source.StartActivity("fanfare.event", ActivityKind.Server);
        activity?.SetTag("fanfare.namespace", namespaceName);
        activity?.SetTag("fanfare.event", eventName.Length > 64 ? eventName[..64] : eventName);
        return activity;
    }
}
