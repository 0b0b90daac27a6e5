using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Fanfare.AspNetCore;

/// <summary>The fields of some headers, copied into a borrowed array. Kestrel's headers keep the enumerator of a <c>foreach</c> for the life of the connection; to copy them leaves nothing behind.</summary>
internal readonly ref struct HeaderFields
{
    private readonly KeyValuePair<string, StringValues>[] _borrowed;

    public HeaderFields(IHeaderDictionary headers)
    {
        var count = headers.Count;
        _borrowed = ArrayPool<KeyValuePair<string, StringValues>>.Shared.Rent(count);
        headers.CopyTo(_borrowed, 0);
        Span = _borrowed.AsSpan(0, count);
    }

    /// <summary>The fields, in the order in which the headers give them.</summary>
    public ReadOnlySpan<KeyValuePair<string, StringValues>> Span { get; }

    /// <summary>Gives the array back.</summary>
    public void Dispose() => ArrayPool<KeyValuePair<string, StringValues>>.Shared.Return(_borrowed, clearArray: true);
}
