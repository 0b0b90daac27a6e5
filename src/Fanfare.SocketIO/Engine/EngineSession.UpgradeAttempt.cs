using Fanfare.AspNetCore;

namespace Fanfare.SocketIO;

/// <summary>A WebSocket that wants to take over a session that is on polling: probe, then upgrade. It is its own deadline.</summary>
/// <remarks>Engine.IO v4, "Upgrade"; protocol notes 1.6. Until the upgrade is done the session goes on by polling and nothing of it is lost.</remarks>
internal sealed class UpgradeAttempt(EngineSession session, EngineScope scope) : Deadline, IWebSocketHandler
{
    /// <summary>A waiting poll is let go this often, so that the client can leave polling.</summary>
    private static readonly TimeSpan NoopInterval = TimeSpan.FromMilliseconds(100);

    private static readonly OutboundFrame ProbeAnswer = EngineFrame.Text("3probe"u8);

    private long _startedAt;
    private WebSocketConnection? _connection;
    private Outbox? _outbox;
    private EngineWebSocket? _upgraded;
    private bool _isProbed;

    /// <summary>Begins with an open WebSocket.</summary>
    public void Start(WebSocketConnection connection, Outbox outbox)
    {
        _connection = connection;
        _outbox = outbox;
        _startedAt = scope.Time.GetTimestamp();
        scope.Wheel.Schedule(this, scope.Options.UpgradeTimeout);
    }

    public void OnText(ReadOnlySpan<byte> utf8)
    {
        if (_upgraded is not null)
        {
            _upgraded.OnText(utf8);
        }
        else if (!_isProbed && utf8.SequenceEqual("2probe"u8))
        {
            _isProbed = true;
            _outbox!.TryEnqueue(ProbeAnswer);
            session.Polling?.EndWithNoop();
            scope.Wheel.Schedule(this, NoopInterval);
        }
        else if (utf8.SequenceEqual("5"u8))
        {
            Complete();
        }
        else
        {
            Abandon();
        }
    }

    public void OnBinary(ReadOnlySpan<byte> data)
    {
        if (_upgraded is not null)
        {
            _upgraded.OnBinary(data);
        }
        else
        {
            Abandon();
        }
    }

    public void OnReadEnd() => _upgraded?.OnReadEnd();

    public void OnClosed(WebSocketEnd end)
    {
        scope.Wheel.Cancel(this);
        if (_upgraded is not null)
        {
            _upgraded.OnClosed(end);
        }
        else
        {
            session.EndUpgrade(this);
        }
    }

    /// <summary>Gives up: closes only the new WebSocket.</summary>
    public void Abandon()
    {
        scope.Wheel.Cancel(this);
        session.EndUpgrade(this);
        _outbox?.Complete();
        _ = _connection?.CloseAsync();
    }

    protected override void OnDue()
    {
        if (!_isProbed || scope.Time.GetElapsedTime(_startedAt) >= scope.Options.UpgradeTimeout)
        {
            Abandon();
            return;
        }

        session.Polling?.EndWithNoop();
        scope.Wheel.Schedule(this, NoopInterval);
    }

    private void Complete()
    {
        scope.Wheel.Cancel(this);
        _upgraded = new EngineWebSocket(session, scope);
        _upgraded.Use(_connection!);
        if (!session.CompleteUpgrade(this, _upgraded))
        {
            _ = _connection!.CloseAsync();
        }
    }
}
