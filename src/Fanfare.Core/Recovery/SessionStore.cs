using System.Buffers.Text;
using System.Security.Cryptography;

namespace Fanfare;

/// <summary>The sessions of one namespace that can be continued, live ones and lost ones. Safe to use from any thread.</summary>
internal sealed class SessionStore(RecoveryOptions options, TimeProvider time, FanfareMetrics metrics)
{
    private const int SecretBytes = 16;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Session> _bySecret = new(StringComparer.Ordinal);
    private readonly LinkedList<Session> _lost = new();
    private readonly Dictionary<string, int> _lostPerUser = new(StringComparer.Ordinal);

    /// <summary>How many sessions are lost and still kept.</summary>
    public int LostCount
    {
        get
        {
            lock (_lock)
            {
                Sweep();
                return _lost.Count;
            }
        }
    }

    /// <summary>Whether there is no session, neither a live one nor a lost one.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                Sweep();
                return _bySecret.Count == 0;
            }
        }
    }

    /// <summary>Begins a session for a connection that is about to enter.</summary>
    public void Open(Connection connection, EventId start)
    {
        Span<byte> random = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(random);
        var session = new Session(Base64Url.EncodeToString(random), connection.User, start) { Live = connection, ConnectionId = connection.Id };
        connection.SessionSecret = session.Secret;
        lock (_lock)
        {
            Sweep();
            _bySecret.Add(session.Secret, session);
        }
    }

    /// <summary>The session that <paramref name="secret"/> names, if it is of <paramref name="user"/> and not too old. Nothing changes.</summary>
    public Session? Find(string secret, User user)
    {
        lock (_lock)
        {
            Sweep();
            return _bySecret.TryGetValue(secret, out var session) && session.User.IsSameAs(user) ? session : null;
        }
    }

    /// <summary>How often a session was continued, and the connection that it belongs to, or for a lost one the rooms it was in: all as of one moment.</summary>
    public (int Turn, Connection? Live, IReadOnlyList<string> Rooms) StateOf(Session session)
    {
        lock (_lock)
        {
            return (session.Turn, session.Live, session.Rooms);
        }
    }

    /// <summary>Gives a session to a connection that continues it. False when it ended meanwhile, or another connection was faster.</summary>
    public bool TryContinue(Session session, int turn, Connection successor)
    {
        lock (_lock)
        {
            Sweep();
            if (!_bySecret.ContainsKey(session.Secret) || session.Turn != turn)
            {
                return false;
            }

            if (session.Live is null)
            {
                Forget(session);
                _bySecret.Add(session.Secret, session);
            }

            session.Turn++;
            session.Live = successor;
            successor.SessionSecret = session.Secret;
            return true;
        }
    }

    /// <summary>Keeps the session of a connection that ended, if the reason allows it.</summary>
    public void Lose(Connection connection, CloseReason reason, IReadOnlyList<string> rooms)
    {
        if (connection.SessionSecret is not { } secret)
        {
            return;
        }

        lock (_lock)
        {
            if (!_bySecret.TryGetValue(secret, out var session) || session.Live != connection)
            {
                return;
            }

            session.Live = null;
            if (!reason.IsRecoverable || !options.IsEnabled)
            {
                _bySecret.Remove(secret);
                return;
            }

            session.Rooms = rooms;
            session.Data = connection.Data;
            session.LostAt = time.GetTimestamp();
            _lost.AddLast(session);
            var count = _lostPerUser.GetValueOrDefault(UserKey(session)) + 1;
            _lostPerUser[UserKey(session)] = count;
            Sweep();
            Evict(session.User.Id is not null && count > options.MaxSessionsPerUser ? OldestOf(session.User) : null);
            Evict(_lost.Count > options.MaxSessions ? _lost.First!.Value : null);
        }
    }

    private static string UserKey(Session session) => session.User.Id ?? string.Empty;

    private Session? OldestOf(User user) => _lost.FirstOrDefault(session => session.User.IsSameAs(user));

    private void Evict(Session? session)
    {
        if (session is not null)
        {
            Forget(session);
            metrics.Refused(FanfareMetrics.Limit.RetainedSessions);
        }
    }

    private void Sweep()
    {
        while (_lost.First is { } oldest && time.GetElapsedTime(oldest.Value.LostAt) > options.MaxDisconnectionDuration)
        {
            Forget(oldest.Value);
        }
    }

    private void Forget(Session session)
    {
        _bySecret.Remove(session.Secret);
        _lost.Remove(session);
        var left = _lostPerUser.GetValueOrDefault(UserKey(session)) - 1;
        if (left > 0)
        {
            _lostPerUser[UserKey(session)] = left;
        }
        else
        {
            _lostPerUser.Remove(UserKey(session));
        }
    }
}
