using System.Globalization;
using System.Net;
using System.Text;
using Fanfare.Benchmarks.Load.Measurements;

namespace Fanfare.Benchmarks.Load.Reports;

/// <summary>The medians as horizontal bars, a panel per metric and workload, readable on light and dark ground.</summary>
internal static class SvgChart
{
    private const int Columns = 2;
    private const int PanelWidth = 430;
    private const int PanelGap = 20;
    private const int Margin = 20;
    private const int NameWidth = 80;
    private const int ValueWidth = 90;
    private const int HeadHeight = 46;
    private const int BarHeight = 18;
    private const int BarStep = 25;
    private const int Top = 52;
    private const int MarkedColors = 4;

    // Rates say the same as CPU times on one pinned core, the other way round; the tables have them.
    private static readonly IReadOnlyList<Metric> Charted =
        [Metric.DeliveryCpu, Metric.EchoCpu, Metric.ConnectCpu, Metric.IdleMemory, Metric.TailLatency];

    private const string Style = """
        <style>
          svg { --ground: #ffffff; --text: #1f2328; --faint: #59636e; --rule: #d1d9e0;
                --bar0: #0b6e6e; --bar1: #b3bcc6; --bar2: #8b95a1; --bar3: #646e7a; }
          @media (prefers-color-scheme: dark) {
            svg { --ground: #0d1117; --text: #e6edf3; --faint: #9198a1; --rule: #3d444d;
                  --bar0: #3fc1b5; --bar1: #4a535e; --bar2: #68727e; --bar3: #8b95a1; }
          }
          text { font: 13px system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: var(--text); }
          .title { font-size: 18px; font-weight: 600; }
          .head { font-size: 14px; font-weight: 600; }
          .faint { font-size: 12px; fill: var(--faint); }
          .first { font-weight: 600; }
          .ground { fill: var(--ground); }
          .rule { stroke: var(--rule); }
          .bar0 { fill: var(--bar0); } .bar1 { fill: var(--bar1); } .bar2 { fill: var(--bar2); } .bar3 { fill: var(--bar3); }
        </style>
        """;

    public static string Write(Results results, IReadOnlyList<string> servers)
    {
        var panels = Charted.SelectMany(metric => results.WorkloadsOf(metric).Select(workload => (Metric: metric, Workload: workload))).ToList();
        int panelHeight = HeadHeight + (servers.Count * BarStep) + 22;
        int rows = (panels.Count + Columns - 1) / Columns;
        int width = (2 * Margin) + (Columns * PanelWidth) + ((Columns - 1) * PanelGap);
        int height = Top + (rows * panelHeight) + Margin;

        var svg = new StringBuilder();
        Append(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"Load comparison: {Escape(string.Join(", ", servers))}\">\n");
        svg.Append(Style).Append('\n');
        Append(svg, $"<rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n");
        Append(svg, $"<text class=\"title\" x=\"{Margin}\" y=\"34\">The same work on one core — shorter is better</text>\n");
        for (int i = 0; i < panels.Count; i++)
        {
            int x = Margin + (i % Columns * (PanelWidth + PanelGap));
            int y = Top + (i / Columns * panelHeight);
            AppendPanel(svg, results, servers, panels[i].Metric, panels[i].Workload, x, y);
        }
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    private static void AppendPanel(StringBuilder svg, Results results, IReadOnlyList<string> servers, Metric metric, string workload, int x, int y)
    {
        Append(svg, $"<line class=\"rule\" x1=\"{x}\" x2=\"{x + PanelWidth}\" y1=\"{y}\" y2=\"{y}\"/>\n");
        Append(svg, $"<text class=\"head\" x=\"{x}\" y=\"{y + 20}\">{Escape(metric.Title)}, {Escape(metric.Unit)}</text>\n");
        Append(svg, $"<text class=\"faint\" x=\"{x}\" y=\"{y + 37}\">{Escape(workload)}</text>\n");
        double[] values = [.. servers.Select(server => results.Median(metric, workload, server))];
        double largest = values.Where(double.IsFinite).Append(0).Max();
        int room = PanelWidth - NameWidth - ValueWidth;
        for (int i = 0; i < servers.Count; i++)
        {
            int top = y + HeadHeight + (i * BarStep);
            int baseline = top + 14;
            double share = largest > 0 && double.IsFinite(values[i]) ? Math.Max(values[i], 0) / largest : double.IsInfinity(values[i]) ? 1 : 0;
            double length = Math.Max(share * room, 1);
            string weight = i == 0 ? " class=\"first\"" : "";
            string value = double.IsNaN(values[i]) ? "–" : MarkdownReport.Number(values[i], metric);
            Append(svg, $"<text{weight} x=\"{x}\" y=\"{baseline}\">{Escape(servers[i])}</text>");
            Append(svg, $"<rect class=\"bar{Math.Min(i, MarkedColors - 1)}\" x=\"{x + NameWidth}\" y=\"{top}\" width=\"{length:0.#}\" height=\"{BarHeight}\" rx=\"2\"/>");
            Append(svg, $"<text{weight} x=\"{x + NameWidth + length + 6:0.#}\" y=\"{baseline}\">{Escape(value)}</text>\n");
        }
    }

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
