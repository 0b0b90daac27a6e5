namespace ConformanceHost.Tests;

/// <summary>One host for the tests of a class.</summary>
public sealed class HostOnAPort : IAsyncLifetime
{
    private readonly HostProcess _host = HostProcess.Start("--urls", "http://127.0.0.1:0");

    public Uri Address { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Address = await _host.AddressAsync();

    public ValueTask DisposeAsync()
    {
        _host.Dispose();
        return ValueTask.CompletedTask;
    }
}
