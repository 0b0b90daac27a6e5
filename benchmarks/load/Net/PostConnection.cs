using System.Text;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>A connection that sends <see cref="HttpPost"/> requests, one behind the other, and wants a 2xx answer to each.</summary>
internal sealed class PostConnection(Poller poller, string label) : SocketClient(poller)
{
    private int _bodyLeft;
    private long _unanswered;

    /// <summary>Not all requests have been answered yet.</summary>
    public bool AwaitsAnswers => _unanswered > 0;

    public void Connect(int port) => Connect(port, []);

    /// <summary>Sends <paramref name="count"/> whole requests.</summary>
    public void Post(ReadOnlySpan<byte> requests, int count)
    {
        Send(requests);
        _unanswered += count;
    }

    protected override int OnReceived(ReadOnlySpan<byte> bytes)
    {
        int done = 0;
        while (true)
        {
            int body = Math.Min(_bodyLeft, bytes.Length - done);
            _bodyLeft -= body;
            done += body;
            if (!HttpResponseHead.TryRead(bytes[done..], out HttpResponseHead head))
            {
                return done;
            }
            if (head.Status is < 200 or > 299 || head.IsChunked)
            {
                throw new IOException($"{Describe()}: the server answered {Encoding.ASCII.GetString(bytes.Slice(done, Math.Min(head.Length, 200)))}");
            }
            done += head.Length;
            _bodyLeft = head.ContentLength ?? 0;
            _unanswered--;
        }
    }

    protected override void OnClosed(bool isReset)
    {
        if (isReset || AwaitsAnswers)
        {
            base.OnClosed(isReset);
        }
        // A server may close what is idle, as it is while the run waits for a lost message: that is the error to tell.
        Abort();
    }

    protected override string Describe() => $"{label}, publisher";
}
