namespace Fanfare.Packaging.Tests;

public sealed class ReadmeTests(PackageFeed feed)
{
    [Fact]
    public void The_program_in_the_README_is_short()
    {
        Assert.InRange(Repository.ReadmeProgram.TrimEnd().Split('\n').Length, 5, 22);
    }

    [Fact]
    public async Task The_program_in_the_README_serves_the_official_client_with_nothing_but_the_package()
    {
        var folder = Directory.CreateTempSubdirectory("fanfare-readme-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Repository.ReadmeProgram, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "Server.csproj"), ProjectFile(folder), TestContext.Current.CancellationToken);
            await Programs.RunAsync(folder, "dotnet", "build", "--configuration", "Release", "--output", "out");

            await using var server = await RunningServer.StartAsync(folder, "dotnet", "out/Server.dll");
            await OfficialClient.TalkAsync(server.Address);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A package folder of its own: a Fanfare of the same version that somebody restored before must not be taken.</summary>
    private string ProjectFile(string folder) =>
        $"""
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <WarningsNotAsErrors>NU1900</WarningsNotAsErrors>
            <RestoreAdditionalProjectSources>{feed.Folder}</RestoreAdditionalProjectSources>
            <RestorePackagesPath>{Path.Combine(folder, "packages")}</RestorePackagesPath>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Fanfare" Version="[{feed.VersionOf("Fanfare")}]" />
          </ItemGroup>
        </Project>
        """;
}
