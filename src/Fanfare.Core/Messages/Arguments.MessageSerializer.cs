using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fanfare.Json;

namespace Fanfare;

/// <summary>Turns values into <see cref="Arguments"/> and back, through the JSON resolver that the application registered. Safe to use from any thread.</summary>
public sealed class MessageSerializer
{
    private const int MaxDepth = 32;
    private const int MaxKeptBytes = 64 * 1024;

    /// <summary>Taken out while in use: a property that emits while it is being written finds none and makes its own.</summary>
    [ThreadStatic]
    private static Scratch? _scratch;

    private readonly JsonSerializerOptions _options;

    /// <summary>Makes a serializer.</summary>
    /// <param name="resolver">Describes the application's types; add source-generated contexts here for Native AOT. By default reflection, where the platform allows it.</param>
    public MessageSerializer(IJsonTypeInfoResolver? resolver = null)
    {
        _options = CreateOptions(resolver ?? DefaultResolver());
    }

    /// <summary>The serializer with the default resolver.</summary>
    public static MessageSerializer Default { get; } = new();

    /// <summary>Options as this serializer uses them: web defaults, camel case, at most 32 levels, no duplicate keys.</summary>
    public JsonSerializerOptions Options => _options;

    /// <summary>Writes one argument.</summary>
    /// <exception cref="JsonException">The value cannot be written as JSON.</exception>
    public Arguments Write<T>(T value)
    {
        var scratch = Begin();
        Write(scratch.Writer, value);
        return End(scratch);
    }

    /// <summary>Writes two arguments.</summary>
    /// <exception cref="JsonException">A value cannot be written as JSON.</exception>
    public Arguments Write<T1, T2>(T1 first, T2 second)
    {
        var scratch = Begin();
        Write(scratch.Writer, first);
        Write(scratch.Writer, second);
        return End(scratch);
    }

    /// <summary>Writes three arguments.</summary>
    /// <exception cref="JsonException">A value cannot be written as JSON.</exception>
    public Arguments Write<T1, T2, T3>(T1 first, T2 second, T3 third)
    {
        var scratch = Begin();
        Write(scratch.Writer, first);
        Write(scratch.Writer, second);
        Write(scratch.Writer, third);
        return End(scratch);
    }

    /// <summary>Writes any number of arguments, each by its own type.</summary>
    /// <exception cref="JsonException">A value cannot be written as JSON.</exception>
    public Arguments WriteAll(params ReadOnlySpan<object?> values)
    {
        var scratch = Begin();
        foreach (var value in values)
        {
            Write(scratch.Writer, value);
        }

        return End(scratch);
    }

    /// <summary>Reads one value; binary is found in the thread's <see cref="BinaryScope"/>.</summary>
    internal T? Read<T>(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));

    private static Scratch Begin()
    {
        var scratch = _scratch ?? new Scratch();
        _scratch = null;
        scratch.Buffer.ResetWrittenCount();
        scratch.Writer.Reset();
        BinaryScope.Current.BeginWriting();
        scratch.Writer.WriteStartArray();
        return scratch;
    }

    private void Write<T>(Utf8JsonWriter writer, T value)
    {
        if (value is Arguments)
        {
            throw new ArgumentException("Arguments are passed on whole; they are not one of several values.", nameof(value));
        }

        JsonSerializer.Serialize(writer, value, (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T)));
    }

    private Arguments End(Scratch scratch)
    {
        scratch.Writer.WriteEndArray();
        scratch.Writer.Flush();
        var (places, attachments) = BinaryScope.Current.EndWriting(shift: 1);
        var json = scratch.Buffer.WrittenSpan[1..^1].ToArray();
        if (scratch.Buffer.Capacity <= MaxKeptBytes)
        {
            _scratch = scratch;
        }

        return new Arguments(json, places, attachments, this);
    }

    private static JsonSerializerOptions CreateOptions(IJsonTypeInfoResolver resolver)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            MaxDepth = MaxDepth,
            AllowDuplicateProperties = false,
            Encoder = WireJson.Encoder,
            TypeInfoResolver = JsonTypeInfoResolver.Combine(resolver, WireJsonContext.Default),
            Converters =
            {
                new ByteMemoryConverter(),
                new ByteArrayConverter(),
                new FiniteDoubleConverter(),
                new FiniteSingleConverter(),
                new IsoDateTimeConverter(),
                new IsoDateTimeOffsetConverter(),
            },
        };
        options.MakeReadOnly();
        return options;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only reached where reflection-based serialization is enabled.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Only reached where reflection-based serialization is enabled.")]
    private static IJsonTypeInfoResolver DefaultResolver() =>
        JsonSerializer.IsReflectionEnabledByDefault ? new DefaultJsonTypeInfoResolver() : WireJsonContext.Default;

    private sealed class Scratch
    {
        public Scratch()
        {
            Buffer = new ArrayBufferWriter<byte>(512);
            Writer = new Utf8JsonWriter(Buffer, new JsonWriterOptions { Encoder = WireJson.Encoder, MaxDepth = MaxDepth + 1, SkipValidation = true });
        }

        public ArrayBufferWriter<byte> Buffer { get; }

        public Utf8JsonWriter Writer { get; }
    }
}
