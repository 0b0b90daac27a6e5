using System.Globalization;

namespace ConformanceHost.Tests;

/// <summary>What is above the limit is refused on every way in, and is not gathered first: hardening row T15. The host is a process of its own, whose memory is nobody else's.</summary>
public sealed class OversizedPayloadTests(HostOnAPort shared) : IClassFixture<HostOnAPort>
{
    private const int PartBytes = 16 * 1024;
    private const int FarAboveBytes = 1024 * 1024;
    private const int Connections = 200;

    public static TheoryData<string> Paths => [.. Upload.Paths];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_payload_at_the_limit_is_accepted_and_one_a_byte_above_is_refused(string path)
    {
        foreach (var isAnnounced in new List<bool> { true, false })
        {
            foreach (var above in new List<int> { 0, 1 })
            {
                using var upload = Upload.Create(path);
                await upload.OpenAsync(shared.Address);
                await SendAsync(upload, upload.Payload(upload.Limit + above), isAnnounced);
                Assert.StartsWith(above == 0 ? upload.Accepted : upload.Refused, await upload.AnswerAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    [Trait("Category", "Long")]
    public async Task Two_hundred_payloads_above_the_limit_at_once_take_little_memory(string path)
    {
        foreach (var kind in Enum.GetValues<Kind>())
        {
            using var host = HostProcess.Start("--urls", "http://127.0.0.1:0");
            var address = await host.AddressAsync();

            // What is done for the first time takes memory for good.
            var limit = await FloodAsync(path, kind, address, connections: 2);
            var before = host.ResetPeakMemory();
            await FloodAsync(path, kind, address, Connections);

            var growth = host.PeakMemory() - before;
            TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}, {kind}, {Connections} at once: resident memory +{growth / 1e6:F1} MB at its peak, {(double)growth / Connections / limit:F2} × the limit for each (at most 4)"));
            Assert.InRange(growth, 0, 4L * limit * Connections);
        }
    }

    /// <returns>The limit of the path in bytes.</returns>
    private static async Task<int> FloodAsync(string path, Kind kind, Uri host, int connections)
    {
        var uploads = Enumerable.Range(0, connections).Select(_ => Upload.Create(path)).ToList();
        await Task.WhenAll(uploads.Select(upload => upload.OpenAsync(host)));

        // All stand at the limit at one time; what goes beyond it comes after that.
        var filling = new byte[PartBytes];
        Array.Fill(filling, (byte)'a');
        await Task.WhenAll(uploads.Select(upload => SendAsync(upload, kind, filling, upload.Limit, isFirst: true)));
        await KernelQueues.WhenReadAsync(host.Port);
        await Task.WhenAll(uploads.Select(upload => SendAsync(upload, kind, filling, kind == Kind.AnnouncedAByteAbove ? 1 : FarAboveBytes, isFirst: false)));

        var answers = await Task.WhenAll(uploads.Select(static upload => upload.AnswerAsync()));
        for (var i = 0; i < connections; i++)
        {
            // Who goes on sending after the host has hung up may lose the answer.
            Assert.True(answers[i].Length == 0 || answers[i].StartsWith(uploads[i].Refused, StringComparison.Ordinal), answers[i]);
            uploads[i].Dispose();
        }

        return uploads[0].Limit;
    }

    private static async Task SendAsync(Upload upload, byte[] payload, bool isAnnounced)
    {
        if (isAnnounced)
        {
            await upload.SendAsync(upload.Announce(payload.Length));
            await upload.SendAsync(payload);
            return;
        }

        await upload.SendAsync(upload.Begin());
        for (var sent = 0; sent < payload.Length; sent += PartBytes)
        {
            await upload.SendAsync(upload.Part(payload.AsSpan(sent, Math.Min(PartBytes, payload.Length - sent)), sent == 0));
        }

        await upload.SendAsync(upload.End());
    }

    private static async Task SendAsync(Upload upload, Kind kind, byte[] filling, int bytes, bool isFirst)
    {
        var isOpen = !isFirst || await upload.SendAsync(kind switch
        {
            Kind.AnnouncedAByteAbove => upload.Announce(upload.Limit + 1),
            Kind.AnnouncedFarAbove => upload.Announce(int.MaxValue),
            _ => upload.Begin(),
        });
        for (var sent = 0; isOpen && sent < bytes; sent += PartBytes)
        {
            var part = filling.AsMemory(0, Math.Min(PartBytes, bytes - sent));
            isOpen = await upload.SendAsync(kind == Kind.InParts ? upload.Part(part.Span, isFirst && sent == 0) : part);
        }
    }

    private enum Kind
    {
        AnnouncedAByteAbove,
        AnnouncedFarAbove,
        InParts,
    }
}
