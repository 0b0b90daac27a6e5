using System.Text;
using Fanfare.Benchmarks.Load.Dialects;
using Fanfare.Benchmarks.Load.Measurements;
using Fanfare.Benchmarks.Load.Net;
using Fanfare.Benchmarks.Load.Reports;
using Fanfare.Benchmarks.Load.Servers;

namespace Fanfare.Benchmarks.Load;

/// <summary>Checks the parts that a wrong number could hide in: frames, streams, contents, dialects, statistics, options, reports. Needs no server.</summary>
internal static class SelfTest
{
    private static readonly (string Name, Action Check)[] Checks =
    [
        ("A frame is read only once it is there as a whole, whatever the length of its header", FramesAreReadWhole),
        ("A frame with reserved bits or a mask is refused", BadFramesAreRefused),
        ("A client frame is masked and its numbers can be overwritten", ClientFramesCarryNumbers),
        ("A request carries its numbers in the body, and its length in the head", RequestsCarryNumbers),
        ("A response's head is read only once it is there as a whole", HeadsAreReadWhole),
        ("Chunks give the same text wherever the bytes are cut", ChunksAreJoined),
        ("A stream that ends, or whose chunks are framed wrongly, is refused", BadChunksAreRefused),
        ("Event blocks come whole wherever the bytes are cut, chunked or not", BlocksComeWhole),
        ("A content is found in a record, and a changed one is not", ContentsAreChecked),
        ("Each dialect tells the records of its server apart", DialectsClassify),
        ("An ack id is read from what the echo's answer looks like", AckIdsAreRead),
        ("A percentile is within a bucket's width of the true value", PercentilesAreClose),
        ("A median is the middle, or the mean of the two middles", MediansAreRight),
        ("A server of one's own is read from name=command", OwnServersAreRead),
        ("Options that cannot be read are refused", BadOptionsAreRefused),
        ("Each wire gets its own servers, without those that this machine lacks", LineupsAreChosen),
        ("A goal is reached or missed as the medians say, and not shown unmeasured", GoalsAreReported),
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

    private static void RequestsCarryNumbers()
    {
        var content = new SequencedContent(20);
        string request = Encoding.ASCII.GetString(ServerCatalog.Events.Message("r", content).With(42));
        string body = content.Text.Replace("0000000000", "0000000042", StringComparison.Ordinal);
        Require(
            request.StartsWith("POST /pub HTTP/1.1\r\n", StringComparison.Ordinal)
            && request.Contains("\r\nContent-Length: 20\r\n", StringComparison.Ordinal)
            && request.EndsWith($"\r\n\r\n{body}", StringComparison.Ordinal),
            request);
        string nchan = Encoding.ASCII.GetString(ServerCatalog.NchanEvents.Message("r", content).With(42));
        Require(nchan.EndsWith($"\r\nX-EventSource-Event: update\r\n\r\n{{\"content\":\"{body}\"}}", StringComparison.Ordinal), nchan);
    }

    private static void HeadsAreReadWhole()
    {
        byte[] bytes = "HTTP/1.1 200 OK\r\nServer: x\r\ntransfer-encoding:  Chunked\r\nContent-Length: 12\r\n\r\nbody"u8.ToArray();
        int length = bytes.Length - 4;
        for (int cut = 0; cut < length; cut++)
        {
            Require(!HttpResponseHead.TryRead(bytes.AsSpan(0, cut), out _), $"read from {cut} bytes");
        }
        Require(HttpResponseHead.TryRead(bytes, out HttpResponseHead head) && head == new HttpResponseHead(200, true, 12, length), $"{head}");
        Require(HttpResponseHead.TryRead("HTTP/1.1 204 No Content\r\n\r\n"u8, out head) && head == new HttpResponseHead(204, false, null, 27), $"{head}");
        RequireThrows<InvalidDataException>(() => HttpResponseHead.TryRead("HTTP/2 200\r\n\r\n"u8, out _));
    }

    private static void ChunksAreJoined()
    {
        byte[] bytes = "3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n001\r\n!\r\n"u8.ToArray();
        for (int step = 1; step <= bytes.Length; step++)
        {
            var decoder = new ChunkDecoder();
            var text = new StringBuilder();
            int done = 0;
            for (int end = step; done < bytes.Length; end = Math.Min(end + step, bytes.Length))
            {
                bool hasText;
                do
                {
                    hasText = decoder.TryRead(bytes.AsSpan(done, end - done), out ReadOnlySpan<byte> data, out int used);
                    text.Append(Encoding.ASCII.GetString(data));
                    done += used;
                }
                while (hasText);
            }
            Require(text.ToString() == "abc0123456789abcdef!", $"cut every {step} bytes: {text}");
        }
    }

    private static void BadChunksAreRefused()
    {
        foreach (string wrong in (string[])["0\r\n\r\n", "x\r\n", "-1\r\n", "FFFFFFFF\r\n", "\r\n", "1\r\nabc\r\n", new string('1', 70)])
        {
            RequireThrows<InvalidDataException>(() =>
            {
                var decoder = new ChunkDecoder();
                byte[] bytes = Encoding.ASCII.GetBytes(wrong);
                for (int done = 0; decoder.TryRead(bytes.AsSpan(done), out _, out int used);)
                {
                    done += used;
                }
            });
        }
    }

    private static void BlocksComeWhole()
    {
        const string Text = ": hi\n\nevent: update\ndata: {\"content\":\"x\"}\n\n:\n\n";
        string[] wanted = [": hi", "event: update\ndata: {\"content\":\"x\"}", ":"];
        using var poller = new Poller();
        foreach (int chunk in (int[])[0, 1, 5, Text.Length])
        {
            string body = chunk == 0 ? Text : string.Concat(Text.Chunk(chunk).Select(part => $"{part.Length:x}\r\n{new string(part)}\r\n"));
            string head = $"HTTP/1.1 200 OK\r\n{(chunk == 0 ? "" : "Transfer-Encoding: chunked\r\n")}\r\n";
            byte[] bytes = Encoding.ASCII.GetBytes(head + body);
            for (int step = 1; step <= bytes.Length; step++)
            {
                var reader = new RecordedStream(poller);
                int done = 0;
                for (int end = step; done < bytes.Length; end = Math.Min(end + step, bytes.Length))
                {
                    done += reader.Receive(bytes.AsSpan(done, end - done));
                }
                Require(reader.Blocks.SequenceEqual(wanted), $"chunks of {chunk}, cut every {step} bytes: {string.Join('|', reader.Blocks)}");
            }
        }
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
            (ServerCatalog.SocketIO, "0{\"sid\":\"x\"}", RecordKind.Open),
            (ServerCatalog.SocketIO, "2", RecordKind.Ping),
            (ServerCatalog.SocketIO, "40{\"sid\":\"x\"}", RecordKind.Connected),
            (ServerCatalog.SocketIO, "42[\"message\",1]", RecordKind.Delivery),
            (ServerCatalog.SocketIO, "430[]", RecordKind.Ack),
            (ServerCatalog.SocketIO, "41", RecordKind.Failure),
            (ServerCatalog.SocketIO, "44{\"message\":\"no\"}", RecordKind.Failure),
            (ServerCatalog.SignalR, "{}", RecordKind.Connected),
            (ServerCatalog.SignalR, "{\"error\":\"no\"}", RecordKind.Failure),
            (ServerCatalog.SignalR, "{\"type\":1,\"target\":\"message\",\"arguments\":[1]}", RecordKind.Delivery),
            (ServerCatalog.SignalR, "{\"type\":3,\"invocationId\":\"0\",\"result\":null}", RecordKind.Ack),
            (ServerCatalog.SignalR, "{\"type\":3,\"invocationId\":\"0\",\"error\":\"no\"}", RecordKind.Failure),
            (ServerCatalog.SignalR, "{\"type\":6}", RecordKind.Ping),
            (ServerCatalog.SignalR, "{\"type\":7}", RecordKind.Failure),
            (ServerCatalog.Plain, "{\"type\":\"connected\",\"clientId\":\"x\"}", RecordKind.Connected),
            (ServerCatalog.Plain, "{\"type\":\"joined\",\"room\":\"r\",\"ref\":0}", RecordKind.Ack),
            (ServerCatalog.Plain, "{\"type\":\"ack\",\"ref\":1,\"data\":1}", RecordKind.Ack),
            (ServerCatalog.Plain, "{\"type\":\"message\",\"content\":1}", RecordKind.Delivery),
            (ServerCatalog.Plain, "{\"type\":\"error\",\"code\":\"forbidden\"}", RecordKind.Failure),
            (ServerCatalog.NchanSocket, "{\"type\":\"message\",\"content\":1}", RecordKind.Delivery),
            (ServerCatalog.Events, ": hello\nretry: 1000", RecordKind.Idle),
            (ServerCatalog.Events, "retry: 1\nevent: connected\nid: 1-0\ndata: {}", RecordKind.Connected),
            (ServerCatalog.Events, "id: 1-1\nevent: update\ndata: {}", RecordKind.Delivery),
            (ServerCatalog.Events, "event: updated\ndata: {}", RecordKind.Failure),
            (ServerCatalog.Events, "event: reset\ndata: {}", RecordKind.Failure),
            (ServerCatalog.Events, "data: {}", RecordKind.Failure),
            (ServerCatalog.NchanEvents, ": hi", RecordKind.Connected),
            (ServerCatalog.NchanEvents, "id: 1:0\nevent: update\ndata: {}", RecordKind.Delivery),
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
            (ServerCatalog.SocketIO, "43100000007[\"x\"]", EventTemplate.FirstAckId + 7),
            (ServerCatalog.SocketIO, "430[]", WebSocketDialect.JoinAckId),
            (ServerCatalog.SocketIO, "43[]", -1),
            (ServerCatalog.SignalR, "{\"type\":3,\"invocationId\":\"100000007\",\"result\":\"x\"}", EventTemplate.FirstAckId + 7),
            (ServerCatalog.SignalR, "{\"type\":3}", -1),
            (ServerCatalog.Plain, "{\"type\":\"ack\",\"ref\":100000007,\"data\":\"x\"}", EventTemplate.FirstAckId + 7),
            (ServerCatalog.Plain, "{\"type\":\"joined\",\"room\":\"r\",\"cursor\":\"1-1\",\"ref\":0}", WebSocketDialect.JoinAckId),
            (ServerCatalog.Plain, "{\"type\":\"ack\"}", -1),
        ];
        foreach (var (dialect, record, id) in cases)
        {
            long found = ((WebSocketDialect)dialect).ReadAckId(Encoding.UTF8.GetBytes(record));
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
        Require(ServerCatalog.Parse("s:nchan-events=prog").Dialect.Wire == Wire.Events, "on another wire");
        foreach (string wrong in (string[])["mine", "=x", "mine=", "mine:nats=x", "a:b:c=x"])
        {
            RequireThrows<FormatException>(() => ServerCatalog.Parse(wrong));
        }
    }

    private static void BadOptionsAreRefused()
    {
        foreach (string[] wrong in (string[][])[["--nope"], ["--members"], ["--members", "x"], ["--members", "0"], ["--payload", "8"], ["--seconds", "0"], ["--only", "all"], ["--wire", "tcp"]])
        {
            RequireThrows<FormatException>(() => RunOptions.Parse(wrong));
        }
        RunOptions options = RunOptions.Parse(["--members", "100,5000", "--seconds", "0.5"]);
        Require(options.Members.SequenceEqual([100, 5000]) && options.Window == TimeSpan.FromSeconds(0.5), "good ones");
        Require(RunOptions.Parse([]).Wires.SequenceEqual([Wire.SocketIO]), "the wire unless told otherwise");
        Require(RunOptions.Parse(["--wire", "events,plain,events"]).Wires.SequenceEqual([Wire.Events, Wire.Plain]), "wires");
    }

    private static void LineupsAreChosen()
    {
        ServerSpec a = ServerCatalog.Parse("a:plain=x");
        ServerSpec b = ServerCatalog.Parse("b:plain=x") with { Lacks = () => "no b" };
        ServerSpec other = ServerCatalog.Parse("a:events=x");
        ServerSpec[] known = [a, b, other];
        IReadOnlyList<Lineup> all = Lineup.Choose([Wire.Plain, Wire.Events], known, [], []);
        Require(all[0].Servers.SequenceEqual([a]) && all[0].LeftOut.Count == 1 && all[1].Servers.SequenceEqual([other]), "all");
        ServerSpec mine = ServerCatalog.Parse("a:plain=mine");
        Require(Lineup.Choose([Wire.Plain], known, [mine], []) is [{ Servers: [var first] }] && first == mine, "replaced");
        foreach (var (wire, own, names) in ((Wire, ServerSpec[], string[])[])
            [(Wire.Plain, [], ["c"]), (Wire.Plain, [], ["b"]), (Wire.Events, [mine], []), (Wire.SocketIO, [], [])])
        {
            RequireThrows<InvalidOperationException>(() => Lineup.Choose([wire], known, own, names));
        }
    }

    private static void GoalsAreReported()
    {
        var results = new Results();
        results.Add(Metric.DeliveryCpu, WorkloadName.Broadcast(1000, 64, 1), Goal.Ours, 3);
        results.Add(Metric.DeliveryCpu, WorkloadName.Broadcast(1000, 64, 1), "express", 10);
        results.Add(Metric.DeliveryCpu, WorkloadName.Broadcast(1000, 64, 1), "nchan", 3.1);
        string report = MarkdownReport.Write(results, new RunFacts("x", [Goal.Ours, "express", "nchan"], [], Goal.Events), "x.svg");
        Require(report.Contains("fanfare ÷ express | 0.50 | 0.30 | reached |", StringComparison.Ordinal), report);
        Require(report.Contains("fanfare ÷ nchan | 0.85 | 0.97 | missed |", StringComparison.Ordinal), report);
        report = MarkdownReport.Write(results, new RunFacts("x", [Goal.Ours], [], Goal.Plain), "x.svg");
        Require(!report.Contains("## Goals", StringComparison.Ordinal), "goals that were not measured");
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

    private sealed class RecordedStream(Poller poller) : EventStreamClient(poller)
    {
        public List<string> Blocks { get; } = [];

        public int Receive(ReadOnlySpan<byte> bytes) => OnReceived(bytes);

        protected override void OnBlock(ReadOnlySpan<byte> block) => Blocks.Add(Encoding.ASCII.GetString(block));

        protected override string Describe() => "test";
    }
}
