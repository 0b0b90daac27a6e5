namespace Fanfare;

/// <summary>An event that another server of the cluster sent, while its handler runs.</summary>
public sealed class ServerEventContext
{
    private readonly TaskCompletionSource<Arguments>? _answer;

    internal ServerEventContext(string namespaceName, Message message, TaskCompletionSource<Arguments>? answer)
    {
        NamespaceName = namespaceName;
        Message = message;
        _answer = answer;
    }

    /// <summary>The namespace that it was sent in.</summary>
    public string NamespaceName { get; }

    /// <summary>What it said.</summary>
    public Message Message { get; }

    /// <summary>The name of the event.</summary>
    public string Event => Message.Event;

    /// <summary>The arguments.</summary>
    public Arguments Arguments => Message.Arguments;

    /// <summary>Answers; only the first answer is sent, and none when the sender waits for none.</summary>
    public void Ack(Arguments arguments) => _answer?.TrySetResult(arguments);
}
