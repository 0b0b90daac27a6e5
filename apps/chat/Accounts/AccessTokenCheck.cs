namespace Fanfare.Chat.Accounts;

/// <summary>What came of checking an access token.</summary>
/// <param name="Caller">Who holds it; null when it is refused.</param>
/// <param name="IsExpired">Refused only because its time is over.</param>
public readonly record struct AccessTokenCheck(Caller? Caller, bool IsExpired);
