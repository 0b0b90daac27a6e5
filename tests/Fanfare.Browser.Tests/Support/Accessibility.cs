using Deque.AxeCore.Playwright;

namespace Fanfare.Browser.Tests;

/// <summary>What can be checked of each state of the page.</summary>
internal static class Accessibility
{
    /// <summary>Checks that axe finds nothing serious, and that nothing has to be scrolled sideways.</summary>
    public static async Task ExpectAccessibleAsync(this ChatPage page, string state)
    {
        var findings = await page.Tab.RunAxe();
        var serious = findings.Violations
            .Where(finding => finding.Impact is "serious" or "critical")
            .Select(finding => $"{state}: {finding.Id}: {string.Join(", ", finding.Nodes.Select(node => node.Html))}");
        Assert.Empty(serious);
        await page.ExpectNoSidewaysScrollingAsync(state);
    }

    public static async Task ExpectNoSidewaysScrollingAsync(this ChatPage page, string state)
    {
        var tooFarRight = await page.Tab.EvaluateAsync<string[]>(
            """
            () => document.scrollingElement.scrollWidth <= document.documentElement.clientWidth ? [] :
              [...document.querySelectorAll('*')].filter(node => node.getBoundingClientRect().right > document.documentElement.clientWidth)
                .map(node => `${node.tagName}.${node.className} to ${node.getBoundingClientRect().right} px`)
            """);
        Assert.True(tooFarRight.Length == 0, $"{state} is too wide: {string.Join(", ", tooFarRight)}");
    }
}
