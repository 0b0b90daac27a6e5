using System.Globalization;

namespace Fanfare.Benchmarks.Load.Net;

/// <summary>
/// A message to a server, built once. Numbers in it that change from message to message have a fixed width and are overwritten in
/// place.
/// </summary>
/// <param name="bytes">The whole message as it goes out.</param>
/// <param name="payloadOffset">Where its payload starts.</param>
/// <param name="mask">Four bytes that the payload is masked with; zeros for none.</param>
internal abstract class MessageBytes(byte[] bytes, int payloadOffset, byte[] mask)
{
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Overwrites <paramref name="digits"/> digits of the payload from <paramref name="offset"/> on.</summary>
    public void SetNumber(int offset, int digits, long value)
    {
        for (int i = offset + digits - 1; i >= offset; i--)
        {
            bytes[payloadOffset + i] = (byte)(('0' + (value % 10)) ^ mask[i & 3]);
            value /= 10;
        }
        if (value != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, string.Create(CultureInfo.InvariantCulture, $"More than {digits} digits."));
        }
    }
}
