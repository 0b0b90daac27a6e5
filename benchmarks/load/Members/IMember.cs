namespace Fanfare.Benchmarks.Load.Members;

/// <summary>One connection that gets itself into a room, and passes on what it receives.</summary>
internal interface IMember
{
    /// <summary>Hears what is received from now on.</summary>
    IMemberHandler Handler { set; }

    void Connect(int port);

    /// <summary>Sends complete frames; for members with a WebSocket.</summary>
    void Send(ReadOnlySpan<byte> frames);

    void Abort();
}
