using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace Fanfare.Chat.Http;

/// <summary>Serves the web client from <c>wwwroot</c> beside the program, whatever the working directory.</summary>
internal static class WebClient
{
    private const string NotBuilt = "The web client is not part of this build.";

    public static string Folder => Path.Combine(AppContext.BaseDirectory, "wwwroot");

    /// <summary>Serves the client's files; their names carry hashes, so browsers may keep them.</summary>
    public static void UseWebClientFiles(this WebApplication app)
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(Folder),
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl =
                context.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }

    /// <summary>The page, at every address that the client has.</summary>
    public static void MapWebClientPages(this IEndpointRouteBuilder routes)
    {
        foreach (var pattern in new[] { "/", "/rooms/{id}" })
        {
            routes.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], SendPage).ExcludeFromDescription();
        }
    }

    private static IResult SendPage(HttpContext http)
    {
        var page = Path.Combine(Folder, "index.html");
        if (!File.Exists(page))
        {
            return TypedResults.Text(NotBuilt, statusCode: StatusCodes.Status404NotFound);
        }

        http.Response.Headers[HeaderNames.CacheControl] = "no-cache";
        return TypedResults.PhysicalFile(page, "text/html; charset=utf-8");
    }
}
