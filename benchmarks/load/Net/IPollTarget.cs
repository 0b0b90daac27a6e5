namespace Fanfare.Benchmarks.Load.Net;

/// <summary>What a <see cref="Poller"/> wakes.</summary>
internal interface IPollTarget
{
    /// <summary>The descriptor is ready. <paramref name="events"/> are epoll's bits.</summary>
    void OnReady(uint events);
}
