using System.Text.Json;

namespace ConformanceHost.Control;

/// <summary>What testers post to the control endpoints. Their tools differ in the content type that they name, and some name none: it is not looked at.</summary>
internal static class JsonBody
{
    /// <summary>Reads a body; <see langword="null"/> when it is no such JSON.</summary>
    public static async Task<T?> ReadAsync<T>(HttpRequest request)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, JsonSerializerOptions.Web, request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
