namespace Fanfare.AspNetCore.Tests.WebSockets;

/// <summary>UTF-8 is refused as soon as nothing that follows could make it valid (Autobahn, family 6), against a reference written from table 3-7 of the Unicode standard.</summary>
public sealed class Utf8Tests
{
    public static TheoryData<string> Samples =>
    [
        "48656C6C6F2DC2B540C39FC3B6C3A4C3BCC3A0C3A12D5554462D382121", "CEBAE1BDB9CF83CEBCCEB5", "CEBAE1BDB9CF83CEBCCEB5F4908080656469746564",
        "CEBA", "CE", "E1BDB9", "E1BD", "E1", "00", "C280", "E0A080", "F0908080", "F888808080", "FC8480808080", "7F", "DFBF", "EFBFBF",
        "F7BFBFBF", "FBBFBFBFBF", "FDBFBFBFBFBF", "ED9FBF", "EE8080", "EFBFBD", "F48FBFBF", "F4908080", "80", "BF", "80BF", "80BF80",
        "C0", "C1BF", "E080", "E09FBF", "F080", "F08FBFBF", "C020", "E020", "F020", "F820", "FC20", "C3", "E0A0", "F09080", "FE", "FF", "FEFEFFFF",
        "C0AF", "E080AF", "F08080AF", "F8808080AF", "FC80808080AF", "C0 80", "EDA080", "EDADBF", "EDAE80", "EDAFBF", "EDB080", "EDBE80", "EDBFBF",
        "EDA080EDB080", "EDAFBFEDBFBF", "EFBFBE", "F09FBFBE", "F48FBFBE", "F5808080", "41 E2 41", "41 F0 9F 41", "41 F0 9F 98 41",
    ];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Text_is_refused_at_the_byte_that_makes_it_certain(string hex)
    {
        var text = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        AssertAgrees(text);
        AssertAgrees([.. "a long run of plain letters before it, so that vectors are used"u8, .. text]);
    }

    [Fact]
    public void Random_text_is_refused_at_the_byte_that_makes_it_certain()
    {
        var random = new Random(Random.Shared.Next());
        byte[] interesting = [0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF];
        for (var round = 0; round < 5000; round++)
        {
            AssertAgrees([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => interesting[random.Next(interesting.Length)])]);
        }
    }

    private static void AssertAgrees(byte[] text)
    {
        var certainAt = FindError(text, out var isComplete);

        // Byte by byte in a frame that announces more, so that only certainty can refuse it.
        var handler = new RecordingFrameHandler();
        var decoder = new FrameDecoder(10_000, 1024);
        decoder.Feed([.. Frame.Header(0x81, text.Length + 10), 0, 0, 0, 0], handler);
        for (var i = 0; i < text.Length; i++)
        {
            var error = decoder.Feed([text[i]], handler);
            Assert.Equal(i == certainAt, error is not null);
            if (error is not null)
            {
                Assert.Equal(1007, error.Code);
                break;
            }
        }

        // As a whole message, in one frame and in fragments of one byte.
        var isValid = certainAt < 0 && isComplete;
        Assert.Equal(isValid, Result([Frame.Masked(0x81, text)]));
        var fragments = text.Select((b, i) => Frame.Masked((byte)((i == 0 ? 1 : 0) | (i == text.Length - 1 ? 0x80 : 0)), [b]));
        Assert.Equal(isValid, Result(fragments));

        // As the reason of a close frame.
        if (text.Length <= 123)
        {
            Assert.Equal(isValid, Result([Frame.Masked(0x88, [0x03, 0xE8, .. text])]));
        }
    }

    private static bool Result(IEnumerable<byte[]> parts)
    {
        var last = RecordingFrameHandler.Read(parts).Single();
        Assert.True(!last.StartsWith("error", StringComparison.Ordinal) || last == "error 1007 invalid UTF-8");
        return !last.StartsWith("error", StringComparison.Ordinal);
    }

    private static int FindError(byte[] text, out bool isComplete)
    {
        var due = 0;
        byte low = 0x80;
        byte high = 0xBF;
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (due > 0)
            {
                if (b < low || b > high)
                {
                    isComplete = false;
                    return i;
                }

                due--;
                (low, high) = (0x80, 0xBF);
                continue;
            }

            (due, low, high) = b switch
            {
                <= 0x7F => (0, (byte)0x80, (byte)0xBF),
                >= 0xC2 and <= 0xDF => (1, (byte)0x80, (byte)0xBF),
                0xE0 => (2, (byte)0xA0, (byte)0xBF),
                0xED => (2, (byte)0x80, (byte)0x9F),
                >= 0xE1 and <= 0xEF => (2, (byte)0x80, (byte)0xBF),
                0xF0 => (3, (byte)0x90, (byte)0xBF),
                >= 0xF1 and <= 0xF3 => (3, (byte)0x80, (byte)0xBF),
                0xF4 => (3, (byte)0x80, (byte)0x8F),
                _ => (-1, (byte)0, (byte)0),
            };
            if (due < 0)
            {
                isComplete = false;
                return i;
            }
        }

        isComplete = due == 0;
        return -1;
    }
}
