namespace ConformanceHost.Profiles;

/// <summary>Work that a handler starts and does not wait for, so that the next event of the connection is not held up.</summary>
internal sealed class Background(ILogger<Background> logger)
{
    public void Run(Func<Task> work)
    {
        _ = RunAsync();

        async Task RunAsync()
        {
            try
            {
                await work();
            }
            catch (Exception exception)
            {
                logger.LogWarning(exception, "What a handler had started failed.");
            }
        }
    }
}
