using CsCheck;

namespace Fanfare.SocketIO.Protocol.Tests;

/// <summary>Generators that several properties share.</summary>
internal static class Pick
{
    /// <summary>One of the values, each as often as the others.</summary>
    public static Gen<T> From<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
