namespace Fanfare;

// How its session goes on in another connection: by what the namespace's listeners are told, nobody leaves and nobody comes.
public abstract partial class Connection
{
    private IReadOnlyList<string> _handedOver = [];
    private bool _hasYielded;
    private bool _isLeaving;

    /// <summary>Whether its session may go on in another connection: it has not ended, or not for good.</summary>
    internal bool MayBeContinued => System.Threading.Volatile.Read(ref _closeReason) is not { IsRecoverable: false };

    /// <summary>Hands the connection's rooms to <paramref name="successor"/>: nobody leaves, nobody joins. <see cref="FinishYield"/> tells its listeners, outside the namespace's lock.</summary>
    /// <returns>False when it had ended before.</returns>
    internal bool TryYieldTo(Connection successor)
    {
        if (!_scope.Rooms.TryReplace(this, successor))
        {
            return false;
        }

        lock (_gate)
        {
            if (_closeReason is null)
            {
                _closeReason = CloseReason.ForcedClose;
                _hasYielded = true;
                _waiting?.Clear();
            }
        }

        return true;
    }

    /// <summary>As <see cref="TryYieldTo"/>, for one that has ended while its handlers still run: nobody is told that it leaves these rooms.</summary>
    /// <returns>False when that is told already.</returns>
    internal bool TryHandOver(IReadOnlyList<string> rooms)
    {
        lock (_gate)
        {
            if (!_isLeaving)
            {
                _handedOver = rooms;
            }

            return !_isLeaving;
        }
    }

    /// <summary>Tells the listeners of a connection that has yielded, and lets its transport close.</summary>
    internal void FinishYield()
    {
        if (_hasYielded)
        {
            TellEnd(tellLeft: false);
            CloseYielded();
        }
    }

    private void TellLeft(string[] rooms)
    {
        IReadOnlyList<string> handedOver;
        lock (_gate)
        {
            _isLeaving = true;
            handedOver = _handedOver;
        }

        foreach (var room in rooms)
        {
            if (!handedOver.Contains(room))
            {
                OnMoved(room, isIn: false);
            }
        }

        TellMoves();
    }
}
