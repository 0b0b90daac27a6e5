using Fanfare.Chat.Text;

namespace Fanfare.Chat.Messages;

/// <summary>What a message must look like before it is stored.</summary>
public static class MessageDraft
{
    private const int MaximumCodePoints = 4000;
    private const int MaximumClientIdLength = 64;

    /// <summary>Why the message is refused (<see cref="Refusals"/>), or null.</summary>
    public static string? Refuse(string content, string? clientId)
    {
        if (!CodePoints.TryCount(content, out var length) || content.Any(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')))
        {
            return Refusals.InvalidRequest;
        }

        if (clientId is not null && !IsClientId(clientId))
        {
            return Refusals.InvalidRequest;
        }

        if (string.IsNullOrWhiteSpace(content))
        {
            return Refusals.MessageIsEmpty;
        }

        return length > MaximumCodePoints ? Refusals.MessageIsTooLong : null;
    }

    private static bool IsClientId(string text) => text.Length is >= 1 and <= MaximumClientIdLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
