namespace Fanfare;

// Who listens to comings and goings is told outside of all locks, and yet in the order in which they were: else whoever left while it came would be taken for one who stays.
public abstract partial class Connection
{
    private Queue<(string Room, bool IsIn)>? _moves;
    private bool _isTellingMoves;

    /// <inheritdoc/>
    internal sealed override void OnMoved(string room, bool isIn)
    {
        // That a user hears what goes to it is nobody's coming.
        if (!User.OwnsRoom(room) && ListenerOf(isIn) is not null)
        {
            lock (_gate)
            {
                (_moves ??= new Queue<(string, bool)>()).Enqueue((room, isIn));
            }
        }
    }

    /// <summary>Tells of the moves that nobody was told of. Where another thread is at it, that one goes on with these.</summary>
    internal void TellMoves()
    {
        lock (_gate)
        {
            if (_isTellingMoves || _moves is null)
            {
                return;
            }

            _isTellingMoves = true;
        }

        while (true)
        {
            (string Room, bool IsIn) move;
            lock (_gate)
            {
                if (!_moves.TryDequeue(out move))
                {
                    _moves = null;
                    _isTellingMoves = false;
                    return;
                }
            }

            var listener = ListenerOf(move.IsIn);
            TellSafely(() => listener?.Invoke(this, move.Room));
        }
    }

    private Action<Connection, string>? ListenerOf(bool isIn) => isIn ? _scope.Joined : _scope.Left;
}
