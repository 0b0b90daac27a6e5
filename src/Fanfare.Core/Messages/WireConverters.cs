using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fanfare;

/// <summary>Writes binary out of band as a <c>null</c> with its place noted; reads it back from there, or from base64 text as the plain wire brings it.</summary>
internal sealed class ByteMemoryConverter : JsonConverter<ReadOnlyMemory<byte>>
{
    public override bool HandleNull => true;

    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, out var value) ? value : default;

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) => Write(writer, value);

    public static bool Read(ref Utf8JsonReader reader, out ReadOnlyMemory<byte> value)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return BinaryScope.Current.TryRead(reader.TokenStartIndex, out value);
        }

        if (reader.TokenType == JsonTokenType.String && reader.TryGetBytesFromBase64(out var bytes))
        {
            value = bytes;
            return true;
        }

        throw new JsonException("Binary was expected.");
    }

    public static void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value)
    {
        writer.WriteNullValue();
        BinaryScope.Current.Add((int)(writer.BytesCommitted + writer.BytesPending) - 4, value);
    }
}

/// <summary>As <see cref="ByteMemoryConverter"/>, for arrays.</summary>
internal sealed class ByteArrayConverter : JsonConverter<byte[]?>
{
    public override bool HandleNull => true;

    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ByteMemoryConverter.Read(ref reader, out var value) ? value.ToArray() : null;

    public override void Write(Utf8JsonWriter writer, byte[]? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            ByteMemoryConverter.Write(writer, value);
        }
    }
}

/// <summary>Writes what is not finite as <c>null</c>, as JavaScript does.</summary>
internal sealed class FiniteDoubleConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

/// <summary>As <see cref="FiniteDoubleConverter"/>, for single precision.</summary>
internal sealed class FiniteSingleConverter : JsonConverter<float>
{
    public override float Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetSingle();

    public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
    {
        if (float.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

/// <summary>Writes instants as JavaScript's <c>toISOString</c> does: UTC, three digits of milliseconds, <c>Z</c>.</summary>
internal sealed class IsoDateTimeOffsetConverter : JsonConverter<DateTimeOffset>
{
    internal const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[32];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

/// <summary>As <see cref="IsoDateTimeOffsetConverter"/>, for <see cref="DateTime"/>; one of unspecified kind counts as UTC.</summary>
internal sealed class IsoDateTimeConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTime();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options)
    {
        var utc = value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value;
        Span<char> text = stackalloc char[32];
        utc.TryFormat(text, out var length, IsoDateTimeOffsetConverter.Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
