namespace ConformanceHost.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("--Nope 1", "Nope")]
    [InlineData("--PingInterval soon", "PingInterval")]
    [InlineData("--PingInterval -5", "PingInterval")]
    [InlineData("--Profile party", "Profile")]
    [InlineData("--Transports polling,smoke", "Transports")]
    [InlineData("--AllowUpgrades perhaps", "AllowUpgrades")]
    [InlineData("--urls http://192.0.2.1:5000", "urls")]
    [InlineData("--MaxPayload", "MaxPayload")]
    [InlineData("stray", "stray")]
    [InlineData("--CorsOrigin http://a.test,*", "CorsOrigin")]
    [InlineData("--CorsOrigin a.test", "CorsOrigin")]
    [InlineData("--Cookie io;", "Cookie")]
    [InlineData("--Adapter classic", "Adapter")]
    [InlineData("--Parser msgpack", "Parser")]
    public async Task A_setting_that_it_does_not_understand_ends_it_with_exit_code_2_and_one_line(string arguments, string named)
    {
        using var host = HostProcess.Start(arguments.Split(' '));

        var (exitCode, error) = await host.EndAsync();

        Assert.Equal(2, exitCode);
        Assert.Contains(named, Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
