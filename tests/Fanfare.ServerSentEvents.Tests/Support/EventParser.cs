using System.Text;

namespace Fanfare.ServerSentEvents.Tests;

/// <summary>One event as a browser dispatches it.</summary>
internal sealed record StreamEvent(string Name, string Data, string LastEventId);

/// <summary>Reads an event stream as browsers do (WHATWG HTML, "Interpreting an event stream"), from any split of its bytes.</summary>
internal sealed class EventParser
{
    private readonly List<byte> _line = [];
    private readonly StringBuilder _data = new();
    private string _name = string.Empty;
    private string _idBuffer = string.Empty;
    private bool _hasData;
    private bool _afterReturn;

    /// <summary>The id that a reconnect would show.</summary>
    public string LastEventId { get; private set; } = string.Empty;

    /// <summary>The last valid <c>retry</c>, in milliseconds.</summary>
    public long? Retry { get; private set; }

    /// <summary>How many comments came.</summary>
    public int Comments { get; private set; }

    public List<StreamEvent> Feed(ReadOnlySpan<byte> bytes)
    {
        var events = new List<StreamEvent>();
        foreach (var value in bytes)
        {
            if (_afterReturn && value == '\n')
            {
                _afterReturn = false;
                continue;
            }

            _afterReturn = value == '\r';
            if (value is (byte)'\r' or (byte)'\n')
            {
                TakeLine(Encoding.UTF8.GetString([.. _line]), events);
                _line.Clear();
            }
            else
            {
                _line.Add(value);
            }
        }

        return events;
    }

    private void TakeLine(string line, List<StreamEvent> events)
    {
        if (line.Length == 0)
        {
            Dispatch(events);
            return;
        }

        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon == 0)
        {
            Comments++;
            return;
        }

        var field = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? string.Empty : line[(colon + 1)..];
        value = value.StartsWith(' ') ? value[1..] : value;
        switch (field)
        {
            case "event":
                _name = value;
                break;
            case "data":
                _hasData = true;
                _data.Append(value).Append('\n');
                break;
            case "id" when !value.Contains('\0', StringComparison.Ordinal):
                _idBuffer = value;
                break;
            case "retry" when value.Length > 0 && value.All(char.IsAsciiDigit):
                Retry = long.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
                break;
        }
    }

    private void Dispatch(List<StreamEvent> events)
    {
        LastEventId = _idBuffer;
        if (_hasData)
        {
            events.Add(new StreamEvent(_name.Length == 0 ? "message" : _name, _data.ToString(0, _data.Length - 1), LastEventId));
        }

        _name = string.Empty;
        _data.Clear();
        _hasData = false;
    }
}
