namespace Fanfare.Json;

/// <summary>Why a text was refused by <see cref="JsonGuard"/>.</summary>
public enum JsonFault : byte
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>It is not one JSON value of RFC 8259.</summary>
    Syntax,

    /// <summary>Its bytes are not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>A string holds an escaped surrogate without its other half, which no Unicode text can hold.</summary>
    LoneSurrogate,

    /// <summary>It nests arrays and objects deeper than allowed.</summary>
    TooDeep,

    /// <summary>An object names a key twice, be it in two spellings.</summary>
    DuplicateKey,
}
