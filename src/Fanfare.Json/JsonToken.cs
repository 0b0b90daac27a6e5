namespace Fanfare.Json;

/// <summary>What <see cref="JsonScanner"/> has read.</summary>
internal enum JsonToken : byte
{
    None,
    StartObject,
    EndObject,
    StartArray,
    EndArray,
    Key,
    String,
    Number,
    True,
    False,
    Null,
}
