using ConformanceHost;
using ConformanceHost.Settings;

Dictionary<string, string?> arguments;
HostSettings settings;
try
{
    arguments = CommandLine.Parse(args);
    settings = new SettingsReader(new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection(arguments).Build()).Read();
}
catch (SettingsException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 2;
}

await using var host = HostApplication.Build(settings, arguments);
await host.RunAsync();
return 0;
