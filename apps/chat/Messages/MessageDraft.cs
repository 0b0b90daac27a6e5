using Fanfare.Chat.Text;

namespace Fanfare.Chat.Messages;

/// <summary>What a message must look like before it is stored.</summary>
public static class MessageDraft
{
    private const int MaximumCodePoints = 4000;
    private const int MaximumClientIdLength = 64;

    /// <summary>Why the message is refused (<see cref="Refusals"/>), or null.</summary>
    public static string? Refuse(string content, string? clientId) =>
        !HasAllowedCharacters(content, out _) || RefuseClientId(clientId) is not null ? Refusals.InvalidRequest : RefuseContent(content);

    /// <summary>Why the content is refused (<see cref="Refusals"/>), or null.</summary>
    public static string? RefuseContent(string content)
    {
        if (!HasAllowedCharacters(content, out var length))
        {
            return Refusals.InvalidRequest;
        }

        if (string.IsNullOrWhiteSpace(content))
        {
            return Refusals.MessageIsEmpty;
        }

        return length > MaximumCodePoints ? Refusals.MessageIsTooLong : null;
    }

    /// <summary>Why the client's id is refused (<see cref="Refusals"/>), or null; null is none.</summary>
    public static string? RefuseClientId(string? clientId) => clientId is null || IsClientId(clientId) ? null : Refusals.InvalidRequest;

    private static bool HasAllowedCharacters(string content, out int length) =>
        CodePoints.TryCount(content, out length) && !content.Any(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r'));

    private static bool IsClientId(string text) => text.Length is >= 1 and <= MaximumClientIdLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
