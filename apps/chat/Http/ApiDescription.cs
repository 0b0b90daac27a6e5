namespace Fanfare.Chat.Http;

/// <summary>What the OpenAPI document says of a route whose handler reads and answers by itself.</summary>
internal static class ApiDescription
{
    /// <summary>The route reads a JSON body of this shape.</summary>
    /// <remarks>Not the framework's <c>Accepts</c>: with that, routing answers 415 before anybody asked who calls.</remarks>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder route) => route.WithMetadata(new RequestBodyMetadata(typeof(T)));

    /// <summary>The route reads this query parameter.</summary>
    public static RouteHandlerBuilder TakesQuery(this RouteHandlerBuilder route, string name, bool isNumber) => route.WithMetadata(new QueryParameterMetadata(name, isNumber));

    /// <summary>The answer when all is well.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route, int status) => route.Produces<T>(status, "application/json");

    /// <summary>The answer when all is well, without a body.</summary>
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder route, int status) => route.Produces(status);

    /// <summary>The status codes of problems.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            route.Produces<ProblemBody>(status, "application/problem+json");
        }

        return route;
    }
}
