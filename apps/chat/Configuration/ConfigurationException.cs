namespace Fanfare.Chat.Configuration;

/// <summary>A setting with which the chat refuses to start.</summary>
/// <param name="key">The configuration key at fault; the message begins with it.</param>
/// <param name="problem">What is wrong and what is allowed. Never the value of a secret.</param>
public sealed class ConfigurationException(string key, string problem) : Exception($"{key}: {problem}")
{
    /// <summary>The configuration key at fault.</summary>
    public string Key { get; } = key;
}
