using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fanfare.Architecture.Tests;

/// <summary>The sources of one project, compiled in memory to learn which file uses what of which other file.</summary>
internal sealed class Sources
{
    private static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview, preprocessorSymbols: ["NET10_0_OR_GREATER"]);

    // What ImplicitUsings brings; the file that the build generates for it lies among the build's own.
    private const string ImplicitUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly Project _project;
    private readonly CSharpCompilation _compilation;

    public Sources(Project project)
    {
        _project = project;
        var trees = project.SourceFiles.Select(Parse).Append(CSharpSyntaxTree.ParseText(ImplicitUsings, ParseOptions));
        _compilation = CSharpCompilation.Create(project.Name, trees, References(project), new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    public static IEnumerable<string> NamespacesOf(string file) =>
        Parse(file).GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Select(declaration => declaration.Name.ToString());

    /// <summary>For each file, relative to the project: the files whose types or members it names.</summary>
    public Graph FileUses()
    {
        var graph = new Graph();
        foreach (var tree in _compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0))
        {
            var from = Name(tree);
            graph.Add(from);
            var model = _compilation.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes().Where(IsUse))
            {
                var home = HomeOf(model.GetSymbolInfo(node));
                if (home is not null && home != tree)
                {
                    graph.Add(from, Name(home));
                }
            }
        }

        return graph;
    }

    private static bool IsUse(SyntaxNode node) =>
        node is SimpleNameSyntax or BaseObjectCreationExpressionSyntax && node.FirstAncestorOrSelf<UsingDirectiveSyntax>() is null;

    /// <summary>The file that declares a type or member. Of a type in several files: the one with the shortest name, which bears the type's.</summary>
    private static SyntaxTree? HomeOf(SymbolInfo info)
    {
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        var declaration = symbol switch
        {
            IMethodSymbol { ReducedFrom: { } extension } => extension,
            INamedTypeSymbol or IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol => symbol.OriginalDefinition,
            _ => null,
        };
        return declaration?.DeclaringSyntaxReferences
            .Select(reference => reference.SyntaxTree)
            .Where(tree => tree.FilePath.Length > 0)
            .MinBy(tree => tree.FilePath.Length);
    }

    private static SyntaxTree Parse(string file) => CSharpSyntaxTree.ParseText(File.ReadAllText(file), ParseOptions, file);

    private static IEnumerable<MetadataReference> References(Project project)
    {
        var framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        return framework
            .Where(path => Path.GetFileNameWithoutExtension(path) != project.Name)
            .Select(path => MetadataReference.CreateFromFile(path));
    }

    private string Name(SyntaxTree tree) => Path.GetRelativePath(_project.Folder, tree.FilePath).Replace('\\', '/');
}
