using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Fanfare.ServerSentEvents;

/// <summary>Reads what a client takes for an answer.</summary>
/// <remarks>RFC 9110, section 12.5.1: the most exact range counts, and a weight of zero excludes.</remarks>
internal static class AcceptHeader
{
    /// <summary>Whether a client takes an event stream; one that does not say, or cannot be read, does.</summary>
    public static bool AllowsEventStream(StringValues accept)
    {
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList([.. accept!], out var ranges) || ranges.Count == 0)
        {
            return true;
        }

        var exactness = 0;
        var isAllowed = false;
        foreach (var range in ranges)
        {
            var found = range.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase) ? 3
                : range.MediaType.Equals("text/*", StringComparison.OrdinalIgnoreCase) ? 2
                : range.MediaType.Equals("*/*", StringComparison.Ordinal) ? 1
                : 0;
            if (found > 0 && found >= exactness)
            {
                isAllowed = range.Quality is not 0 || (found == exactness && isAllowed);
                exactness = found;
            }
        }

        return isAllowed;
    }
}
