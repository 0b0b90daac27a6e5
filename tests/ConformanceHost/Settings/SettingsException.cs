namespace ConformanceHost.Settings;

/// <summary>A setting that is unknown or cannot be read: the host ends with exit code 2 and this one line.</summary>
public sealed class SettingsException(string message) : Exception(message);
