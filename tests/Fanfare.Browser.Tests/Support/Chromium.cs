using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Fanfare.Browser.Tests.Chromium))]

namespace Fanfare.Browser.Tests;

/// <summary>The system's Chromium, started once, and one chat for all tests that do not restart or configure theirs.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private ChatProcess? _chat;

    internal ChatProcess Chat => _chat ?? throw new InvalidOperationException("The chat was not started.");

    private IBrowser Browser => _browser ?? throw new InvalidOperationException("The browser was not started.");

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout((float)Within.Default.TotalMilliseconds);
        var starting = ChatProcess.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Programs.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException("Chromium is not installed: apt-get install chromium"),
            // The tests' certificates sign themselves; what a context ignores, its service workers do not.
            Args = ["--ignore-certificate-errors", "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
            Timeout = 120_000,
        });
        _chat = await starting;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_chat is not null)
        {
            await _chat.DisposeAsync();
        }
    }

    /// <summary>A browser of its own for one user: nothing is shared with others.</summary>
    internal async Task<ChatVisitor> VisitAsync(Uri? server = null, ColorScheme scheme = ColorScheme.Light, int width = 1280, int height = 800)
    {
        var context = await Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = (server ?? Chat.Url).ToString(),
            ColorScheme = scheme,
            Locale = "en-US",
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout((float)Within.Default.TotalMilliseconds);
        return new ChatVisitor(context, await ChatPage.OpenAsync(context));
    }

    /// <summary>An empty page that belongs to no site, for what the chat's own policy forbids.</summary>
    internal Task<IPage> NewBlankPageAsync() => Browser.NewPageAsync();
}
