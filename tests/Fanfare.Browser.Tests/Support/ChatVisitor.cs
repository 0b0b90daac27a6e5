using Microsoft.Playwright;

namespace Fanfare.Browser.Tests;

/// <summary>A browser with what it stores, and the tab in it that was opened first.</summary>
internal sealed class ChatVisitor(IBrowserContext context, ChatPage page) : IAsyncDisposable
{
    public ChatPage Page { get; } = page;

    public Task<ChatPage> OpenTabAsync() => ChatPage.OpenAsync(context);

    public ValueTask DisposeAsync() => context.DisposeAsync();
}
