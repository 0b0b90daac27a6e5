using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Fanfare.Docs.Tests;

public sealed class SnippetTests
{
    /// <summary>What a web project has without saying so.</summary>
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Net.Http.Json;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    /// <summary>What the pieces of the pages stand in: the program at the top of each page.</summary>
    private const string Frame =
        """
        using Fanfare;
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddFanfare();
        var app = builder.Build();
        var fanfare = app.Services.GetRequiredService<IFanfare>();
        var chat = fanfare.Of("/chat");
        var bus = app.Services.GetRequiredService<IMessageBus>();
        await Task.CompletedTask;
        """;

    private static readonly MetadataReference[] References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    public static TheoryData<string> Programs => [.. Snippet.In("csharp").Select(static snippet => snippet.ToString())];

    public static TheoryData<string> Scripts => [.. Snippet.In("js").Select(static snippet => snippet.ToString())];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Each_piece_of_CSharp_on_the_pages_compiles(string place)
    {
        var snippet = Snippet.In("csharp").Single(snippet => snippet.ToString() == place);
        var code = snippet.Code.Contains("CreateBuilder", StringComparison.Ordinal) ? snippet.Code : Frame + "\n" + snippet.Code;

        var compilation = CSharpCompilation.Create(
            "Snippet",
            [Parse(ImplicitUsings), Parse(code)],
            References,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(static found => found.Severity >= DiagnosticSeverity.Warning));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Each_piece_of_JavaScript_on_the_pages_parses(string place)
    {
        var snippet = Snippet.In("js").Single(snippet => snippet.ToString() == place);
        var file = Path.Combine(Directory.CreateTempSubdirectory("fanfare-docs-").FullName, "snippet.mjs");
        await File.WriteAllTextAsync(file, snippet.Code, TestContext.Current.CancellationToken);

        using var node = Process.Start(new ProcessStartInfo("node", ["--check", file]) { RedirectStandardError = true })!;
        var errors = await node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

        Assert.True(node.ExitCode == 0, errors);
    }

    private static SyntaxTree Parse(string code) => CSharpSyntaxTree.ParseText(code, new CSharpParseOptions(LanguageVersion.Preview));
}
