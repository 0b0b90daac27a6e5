namespace Fanfare.Benchmarks.Load.Reports;

/// <summary>Tells on standard error what is going on: one line that changes on a terminal, a line each elsewhere.</summary>
internal sealed class ProgressLine
{
    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private int _shown;

    public void Show(string text)
    {
        if (_isTerminal)
        {
            Console.Error.Write($"\r{text.PadRight(_shown)}");
            _shown = text.Length;
        }
        else
        {
            Console.Error.WriteLine(text);
        }
    }

    public void Clear()
    {
        if (_isTerminal)
        {
            Console.Error.Write($"\r{new string(' ', _shown)}\r");
            _shown = 0;
        }
    }
}
