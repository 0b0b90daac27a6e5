namespace Fanfare.WebSockets;

// How a client says who it is, first and again.
internal sealed partial class RoomsSession
{
    /// <summary>Looks at what a client says about itself; both answers are the wire's.</summary>
    /// <returns>The user, or <see langword="null"/> when it was refused and told so.</returns>
    public async ValueTask<(User? User, Handshake Handshake)> IdentifyAsync(ClientFrame frame)
    {
        if (!TryReadAuth(frame, out var handshake))
        {
            Refuse(ErrorCodes.Unauthorized, frame.Ref.Span, text: "A token is needed, as text.");
            return (null, handshake);
        }

        try
        {
            var user = await _scope.Namespace.AuthenticateAsync(handshake).ConfigureAwait(false);
            if (user.Id is not null)
            {
                return (user, handshake);
            }

            Refuse(ErrorCodes.Unauthorized, frame.Ref.Span, text: "The token names no user.");
        }
        catch (ConnectException refusal)
        {
            RefuseEntry(refusal, frame);
        }
        catch (Exception exception)
        {
            Log.AuthenticationFailed(_scope.Logger, exception, _scope.Namespace.Name);
            Refuse(ErrorCodes.Internal, frame.Ref.Span);
        }

        return (null, handshake);
    }

    /// <summary>Its user has as many connections as a user may have.</summary>
    public void EndTooMany(ClientFrame? frame)
    {
        Send(RoomsFrames.Error(ErrorCodes.TooMany, "You have too many connections.", frame is null ? default : frame.Ref.Span));
        End(CloseReason.RateLimited, new CloseCode(4429, "too many connections"));
    }

    private void BeginEntry(ClientFrame frame) => _ = IdentifyAndEnterAsync(frame);

    /// <summary>Takes in a client that told with its request who it is, or need not tell.</summary>
    private async Task EnterAtOnceAsync(Handshake handshake, User user)
    {
        try
        {
            await EnterAsync(handshake, user, frame: null).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            FailEntry(exception);
        }
    }

    private async Task IdentifyAndEnterAsync(ClientFrame frame)
    {
        try
        {
            if (!frame.Since.IsAbsentOrNull && frame.TextOf(frame.Since) is null)
            {
                Refuse(ErrorCodes.BadMessage, frame.Ref.Span, text: "since is a cursor, as text.");
                TakeWaiting(Phase.Unknown);
                return;
            }

            var (user, handshake) = await IdentifyAsync(frame).ConfigureAwait(false);
            if (user is null)
            {
                TakeWaiting(Phase.Unknown);
            }
            else
            {
                await EnterAsync(handshake, user, frame).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            FailEntry(exception);
        }
    }

    /// <summary>Half in, half out it cannot stay: it may come again.</summary>
    private void FailEntry(Exception exception)
    {
        Log.EntryFailed(_scope.Logger, exception, _scope.Namespace.Name);
        End(CloseReason.ForcedClose);
    }

    /// <summary>Brings a client whose user is known into the namespace.</summary>
    /// <param name="handshake">What it brought.</param>
    /// <param name="user">Whose it is.</param>
    /// <param name="frame">The frame to answer; <see langword="null"/> when the request itself told.</param>
    private async Task EnterAsync(Handshake handshake, User user, ClientFrame? frame)
    {
        var connection = new RoomsConnection(ClientId, _scope, handshake, user, this);
        try
        {
            await _scope.Namespace.PassMiddlewaresAsync(connection).ConfigureAwait(false);
        }
        catch (ConnectException refusal)
        {
            RefuseEntry(refusal, frame);
            TakeWaiting(Phase.Unknown);
            return;
        }
        catch (Exception exception)
        {
            Log.AuthenticationFailed(_scope.Logger, exception, _scope.Namespace.Name);
            Refuse(ErrorCodes.Internal, frame is null ? default : frame.Ref.Span);
            TakeWaiting(Phase.Unknown);
            return;
        }

        Volatile.Write(ref _connection, connection);
        if (_end is not null)
        {
            return;
        }

        var since = frame?.TextOf(frame.Since);
        var head = default(EventId);
        var entry = _scope.Namespace.Enter(
            connection,
            cursor =>
            {
                head = cursor;
                Welcome();
                if (since is null && user.Id is not null)
                {
                    Send(RoomsFrames.Authenticated(user, cursor, null, frame is null ? default : frame.Ref.Span));
                }
            },
            hold: since is not null);
        if (entry == Entry.TooManyConnections)
        {
            EndTooMany(frame);
            return;
        }

        if (entry != Entry.Entered)
        {
            return;
        }

        if (_end is { } end)
        {
            // It ended while it came in.
            connection.Finish(end);
        }

        if (since is not null)
        {
            await connection.CatchUpAsync(since, head, frame!).ConfigureAwait(false);
        }

        TakeWaiting(Phase.In);
    }

    /// <summary>From here on it is known: before the client can read that it is, since its next frame may be as large as it may be then.</summary>
    private void Welcome()
    {
        Volatile.Write(ref _isKnown, true);
        Volatile.Write(ref _maxBytes, _scope.Options.MaxMessageBytes);
        _socket!.AllowLargerMessages(_scope.Options.MaxMessageBytes);
        _heardAt = _scope.Time.GetTimestamp();
        _scope.Wheel.Schedule(this, _scope.Options.PingInterval);
        if (Volatile.Read(ref _end) is not null)
        {
            _scope.Wheel.Cancel(this);
        }
    }

    private void RefuseEntry(ConnectException refusal, ClientFrame? frame)
    {
        var reference = frame is null ? default : frame.Ref.Span;
        if (refusal.IsExpired)
        {
            Refuse(ErrorCodes.Expired, reference);
        }
        else
        {
            Refuse(ErrorCodes.Unauthorized, reference, text: refusal.Message);
        }
    }

    private bool TryReadAuth(ClientFrame frame, out Handshake handshake)
    {
        handshake = new Handshake(_request, frame.ToArguments(_scope.Serializer).JsonAt(0));
        return frame.TextOf(frame.Token) is not null
            || (_scope.Options.AcceptsUserIds && frame.Token.IsAbsentOrNull && !string.IsNullOrEmpty(frame.TextOf(frame.UserId)));
    }
}
