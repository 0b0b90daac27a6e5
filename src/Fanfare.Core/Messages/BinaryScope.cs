namespace Fanfare;

/// <summary>
/// The binary values of the arguments that this thread is writing or reading right now. Serialization is synchronous, so a
/// thread has one at most; converters have no other way to reach what belongs to the call rather than to the options.
/// </summary>
internal sealed class BinaryScope
{
    [ThreadStatic]
    private static BinaryScope? _current;

    private readonly List<int> _places = [];
    private readonly List<ReadOnlyMemory<byte>> _attachments = [];
    private int[] _readPlaces = [];
    private ReadOnlyMemory<byte>[] _readAttachments = [];
    private int _offset;

    public static BinaryScope Current => _current ??= new BinaryScope();

    public void BeginWriting()
    {
        _places.Clear();
        _attachments.Clear();
    }

    public void Add(int place, ReadOnlyMemory<byte> value)
    {
        _places.Add(place);
        _attachments.Add(value);
    }

    /// <summary>Hands out what was collected; <paramref name="shift"/> bytes were cut off in front.</summary>
    public (int[] Places, ReadOnlyMemory<byte>[] Attachments) EndWriting(int shift)
    {
        if (_places.Count == 0)
        {
            return ([], []);
        }

        var places = new int[_places.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = _places[i] - shift;
        }

        var attachments = _attachments.ToArray();
        _places.Clear();
        _attachments.Clear();
        return (places, attachments);
    }

    /// <summary>Says what binary the JSON holds that is read from <paramref name="offset"/> on.</summary>
    public void BeginReading(int[] places, ReadOnlyMemory<byte>[] attachments, int offset)
    {
        _readPlaces = places;
        _readAttachments = attachments;
        _offset = offset;
    }

    public void EndReading()
    {
        _readPlaces = [];
        _readAttachments = [];
    }

    public bool TryRead(long tokenStart, out ReadOnlyMemory<byte> value)
    {
        var index = Array.BinarySearch(_readPlaces, _offset + (int)tokenStart);
        value = index >= 0 ? _readAttachments[index] : default;
        return index >= 0;
    }
}
