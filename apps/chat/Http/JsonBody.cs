using System.Text.Json;
using Fanfare.Json;
using Microsoft.Net.Http.Headers;

namespace Fanfare.Chat.Http;

/// <summary>
/// A request's JSON object, read strictly: at most 64 KiB, UTF-8, depth 32, no duplicate keys, no lone surrogates. Handlers ask for
/// the fields they know, then look at <see cref="Refusal"/>; unknown keys are ignored.
/// </summary>
public sealed class JsonBody
{
    /// <summary>The largest body, in bytes.</summary>
    public const int MaximumBytes = 64 * 1024;

    private readonly JsonElement _root;
    private readonly Problem? _unreadable;
    private Dictionary<string, string[]>? _wrongTypes;

    private JsonBody(JsonElement root) => _root = root;

    private JsonBody(Problem unreadable) => _unreadable = unreadable;

    /// <summary>Why the body is refused (413, 415, 400), once the fields were asked for; null when it is fine.</summary>
    public Problem? Refusal => _unreadable ?? (_wrongTypes is null ? null : Problem.Invalid(_wrongTypes));

    /// <summary>Reads the request's body; the checks are made in the contract's order: size, media type, content.</summary>
    public static async ValueTask<JsonBody> ReadAsync(HttpRequest request)
    {
        var bytes = await ReadBytesAsync(request);
        if (bytes is null)
        {
            return new JsonBody(Problem.Of(StatusCodes.Status413PayloadTooLarge, $"The body may have {MaximumBytes} bytes."));
        }

        if (!IsJson(request.ContentType))
        {
            return new JsonBody(Problem.Of(StatusCodes.Status415UnsupportedMediaType, "Send application/json."));
        }

        return TryParse(bytes, out var root)
            ? new JsonBody(root)
            : new JsonBody(Problem.Of(StatusCodes.Status400BadRequest, "The body is not a readable JSON object."));
    }

    /// <summary>A text field; null when it is absent or null, or refused for its type.</summary>
    public string? Text(string field)
    {
        if (!TryGet(field, out var value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : Refuse<string>(field, "It must be a text.");
    }

    /// <summary>A field that is true or false; absent or null is false.</summary>
    public bool Flag(string field)
    {
        if (!TryGet(field, out var value))
        {
            return false;
        }

        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : Refuse<bool>(field, "It must be true or false.");
    }

    private static bool IsJson(string? contentType)
    {
        return MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    private static async ValueTask<byte[]?> ReadBytesAsync(HttpRequest request)
    {
        if (request.ContentLength > MaximumBytes)
        {
            return null;
        }

        using var buffer = new MemoryStream();
        var chunk = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
        {
            if (buffer.Length + read > MaximumBytes)
            {
                return null;
            }

            buffer.Write(chunk, 0, read);
        }

        return buffer.ToArray();
    }

    private static bool TryParse(byte[] bytes, out JsonElement root)
    {
        root = default;
        if (JsonGuard.Check(bytes) != JsonFault.None)
        {
            return false;
        }

        root = JsonElement.Parse(bytes);
        return root.ValueKind == JsonValueKind.Object;
    }

    private bool TryGet(string field, out JsonElement value)
    {
        value = default;
        return _unreadable is null && _root.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private T? Refuse<T>(string field, string text)
    {
        (_wrongTypes ??= [])[field] = [text];
        return default;
    }
}
