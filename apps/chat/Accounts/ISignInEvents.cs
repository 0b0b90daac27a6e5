namespace Fanfare.Chat.Accounts;

/// <summary>Who must hear of changes to sign-ins.</summary>
public interface ISignInEvents
{
    /// <summary>A sign-in has ended: its tokens are refused from now on.</summary>
    ValueTask SignInEndedAsync(string signInId);
}
