using System.Text;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Measurements;
using Fanfare.Benchmarks.Load.Net;
using Fanfare.Benchmarks.Load.Servers;

namespace Fanfare.Benchmarks.Load;

/// <summary>Checks the parts that a wrong number could hide in: frames, contents, dialects, statistics, options. Needs no server.</summary>
internal static class SelfTest
{
    private static readonly (string Name, Action Check)[] Checks =
    [
        ("A frame is read only once it is there as a whole, whatever the length of its header", FramesAreReadWhole),
        ("A frame with reserved bits or a mask is refused", BadFramesAreRefused),
        ("A client frame is masked and its numbers can be overwritten", ClientFramesCarryNumbers),
        ("A content is found in a record, and a changed one is not", ContentsAreChecked),
        ("Each dialect tells the records of its server apart", DialectsClassify),
        ("An ack id is read from what the echo's answer looks like", AckIdsAreRead),
        ("A percentile is within a bucket's width of the true value", PercentilesAreClose),
        ("A median is the middle, or the mean of the two middles", MediansAreRight),
        ("A server of one's own is read from name=command", OwnServersAreRead),
        ("Options that cannot be read are refused", BadOptionsAreRefused),
    ];

    public static int Run()
    {
        int failed = 0;
        foreach (var (name, check) in Checks)
        {
            try
            {
                check();
                Console.WriteLine($"ok    {name}");
            }
            catch (Exception exception)
            {
                failed++;
                Console.WriteLine($"FAIL  {name}: {exception.Message}");
            }
        }
        return failed == 0 ? 0 : 1;
    }

    private static void FramesAreReadWhole()
    {
        foreach (int length in (int[])[0, 1, 125, 126, 65535, 65536, 70000])
        {
            byte[] header = length switch
            {
                < 126 => [0x81, (byte)length],
                <= ushort.MaxValue => [0x81, 126, (byte)(length >> 8), (byte)length],
                _ => [0x81, 127, 0, 0, 0, 0, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length],
            };
            byte[] whole = [.. header, .. new byte[length], 0x81];
            int frameLength = header.Length + length;
            foreach (int cut in (int[])[0, 1, header.Length - 1, frameLength - 1])
            {
                Require(!FrameReader.TryRead(whole.AsSpan(0, cut), out _), $"a frame of {length} was read from {cut} bytes");
            }
            Require(FrameReader.TryRead(whole, out Frame frame), $"a frame of {length} was not read");
            Require(frame == new Frame(Frame.Text, true, header.Length, length), $"{frame}");
        }
    }

    private static void BadFramesAreRefused()
    {
        foreach (byte[] bytes in (byte[][])[[0xC1, 0], [0x81, 0x80, 0, 0, 0, 0], [0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]])
        {
            RequireThrows<InvalidDataException>(() => FrameReader.TryRead(bytes, out _));
        }
    }

    private static void ClientFramesCarryNumbers()
    {
        foreach (int padding in (int[])[0, 200, 70000])
        {
            var frame = new ClientFrame(Encoding.ASCII.GetBytes($"n=000{new string('x', padding)}"));
            frame.SetNumber(offset: 2, digits: 3, 42);
            byte[] bytes = frame.Bytes.ToArray();
            Require(bytes[0] == 0x81 && (bytes[1] & 0x80) != 0, "not a masked text frame");
            // Seen from a server: the same header, then four bytes of mask.
            int header = padding switch { 0 => 2, 200 => 4, _ => 10 };
            byte[] payload = bytes[(header + 4)..];
            for (int i = 0; i < payload.Length; i++)
            {
                payload[i] ^= bytes[header + (i & 3)];
            }
            Require(Encoding.ASCII.GetString(payload) == $"n=042{new string('x', padding)}", "the payload is not what was written");
        }
        RequireThrows<ArgumentOutOfRangeException>(() => new ClientFrame("000"u8).SetNumber(0, 3, 1000));
    }

    private static void ContentsAreChecked()
    {
        var content = new SequencedContent(64);
        Require(content.Text.Length == 64, "wrong length");
        string text = content.Text.Replace("0000000000", "0000000042", StringComparison.Ordinal);
        string record = $"42[\"message\",{{\"content\":\"{text}\"}}]";
        Require(content.TryRead(Encoding.ASCII.GetBytes(record), out long sequence) && sequence == 42, "not found");
        foreach (string wrong in (string[])[record.Replace("abc", "abd", StringComparison.Ordinal), record.Replace("0042", "00x2", StringComparison.Ordinal),
            record.Replace(text, text[..^1], StringComparison.Ordinal), record.Replace(text, text + "y", StringComparison.Ordinal), "42[]", text])
        {
            Require(!content.TryRead(Encoding.ASCII.GetBytes(wrong), out _), $"found in {wrong}");
        }
    }

    private static void DialectsClassify()
    {
        (Dialect Dialect, string Record, RecordKind Kind)[] cases =
        [
            (ServerCatalog.Dialects[0], "0{\"sid\":\"x\"}", RecordKind.Open),
            (ServerCatalog.Dialects[0], "2", RecordKind.Ping),
            (ServerCatalog.Dialects[0], "40{\"sid\":\"x\"}", RecordKind.Connected),
            (ServerCatalog.Dialects[0], "42[\"message\",1]", RecordKind.Delivery),
            (ServerCatalog.Dialects[0], "430[]", RecordKind.Ack),
            (ServerCatalog.Dialects[0], "41", RecordKind.Failure),
            (ServerCatalog.Dialects[0], "44{\"message\":\"no\"}", RecordKind.Failure),
            (ServerCatalog.Dialects[1], "{}", RecordKind.Connected),
            (ServerCatalog.Dialects[1], "{\"error\":\"no\"}", RecordKind.Failure),
            (ServerCatalog.Dialects[1], "{\"type\":1,\"target\":\"message\",\"arguments\":[1]}", RecordKind.Delivery),
            (ServerCatalog.Dialects[1], "{\"type\":3,\"invocationId\":\"0\",\"result\":null}", RecordKind.Ack),
            (ServerCatalog.Dialects[1], "{\"type\":3,\"invocationId\":\"0\",\"error\":\"no\"}", RecordKind.Failure),
            (ServerCatalog.Dialects[1], "{\"type\":6}", RecordKind.Ping),
            (ServerCatalog.Dialects[1], "{\"type\":7}", RecordKind.Failure),
        ];
        foreach (var (dialect, record, kind) in cases)
        {
            RecordKind found = dialect.Classify(Encoding.UTF8.GetBytes(record));
            Require(found == kind, $"{dialect.Name}: {record} is {found}");
        }
    }

    private static void AckIdsAreRead()
    {
        (Dialect Dialect, string Record, long Id)[] cases =
        [
            (ServerCatalog.Dialects[0], "43100000007[\"x\"]", EventTemplate.FirstAckId + 7),
            (ServerCatalog.Dialects[0], "430[]", Dialect.JoinAckId),
            (ServerCatalog.Dialects[0], "43[]", -1),
            (ServerCatalog.Dialects[1], "{\"type\":3,\"invocationId\":\"100000007\",\"result\":\"x\"}", EventTemplate.FirstAckId + 7),
            (ServerCatalog.Dialects[1], "{\"type\":3}", -1),
        ];
        foreach (var (dialect, record, id) in cases)
        {
            long found = dialect.ReadAckId(Encoding.UTF8.GetBytes(record));
            Require(found == id, $"{dialect.Name}: {record} has {found}");
        }
    }

    private static void PercentilesAreClose()
    {
        var histogram = new LatencyHistogram();
        for (int microseconds = 1; microseconds <= 100_000; microseconds++)
        {
            histogram.Record(microseconds * 1000L);
        }
        foreach (double fraction in (double[])[0.001, 0.5, 0.99, 1])
        {
            double found = histogram.Percentile(fraction) / (fraction * 1e8);
            Require(found is > 0.98 and < 1.02, $"percentile {fraction} is off by {found}");
        }
        Require(double.IsNaN(new LatencyHistogram().Percentile(0.5)), "a percentile of nothing");
    }

    private static void MediansAreRight()
    {
        Require(Statistics.Median([3, 1, 2]) == 2, "of three");
        Require(Statistics.Median([4, 1, 2, 3]) == 2.5, "of four");
        Require(double.IsNaN(Statistics.Median([])), "of none");
    }

    private static void OwnServersAreRead()
    {
        ServerSpec plain = ServerCatalog.Parse("mine=dotnet x.dll --Key=a");
        Require(plain.Name == "mine" && plain.Dialect.Name == "socketio", "name or dialect");
        Require(plain.Command.SequenceEqual(["dotnet", "x.dll", "--Key=a", "--urls", "http://127.0.0.1:{port}"]), "command");
        ServerSpec other = ServerCatalog.Parse("hub:signalr=prog {port}");
        Require(other.Dialect.Name == "signalr" && other.Command.SequenceEqual(["prog", "{port}"]), "with a dialect");
        foreach (string wrong in (string[])["mine", "=x", "mine=", "mine:nats=x", "a:b:c=x"])
        {
            RequireThrows<FormatException>(() => ServerCatalog.Parse(wrong));
        }
    }

    private static void BadOptionsAreRefused()
    {
        foreach (string[] wrong in (string[][])[["--nope"], ["--members"], ["--members", "x"], ["--members", "0"], ["--payload", "8"], ["--seconds", "0"], ["--only", "all"]])
        {
            RequireThrows<FormatException>(() => RunOptions.Parse(wrong));
        }
        RunOptions options = RunOptions.Parse(["--members", "100,5000", "--seconds", "0.5"]);
        Require(options.Members.SequenceEqual([100, 5000]) && options.Window == TimeSpan.FromSeconds(0.5), "good ones");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static void RequireThrows<T>(Action action)
        where T : Exception
    {
        try
        {
            action();
        }
        catch (T)
        {
            return;
        }
        throw new InvalidOperationException($"no {typeof(T).Name}");
    }
}
