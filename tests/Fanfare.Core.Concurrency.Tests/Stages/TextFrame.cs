using System.Text;

namespace Fanfare.Core.Concurrency.Tests.Stages;

/// <summary>A frame that tells what it is.</summary>
internal sealed class TextFrame(string text) : OutboundFrame(Encoding.ASCII.GetBytes(text))
{
    public string Text { get; } = text;
}
