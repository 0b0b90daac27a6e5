using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fanfare.ServerSentEvents.Tests;

public sealed class TokenTests
{
    private const string Room = "/events/rooms/open";

    [Fact]
    public async Task A_token_in_the_query_counts_only_where_that_is_allowed()
    {
        await using var strict = await StreamHost.StartAsync();
        await using var lax = await StreamHost.StartAsync(static options => options.AllowQueryToken = true);

        Assert.Equal(HttpStatusCode.Unauthorized, await strict.StatusAsync(Room + "?access_token=user:ann", null));
        Assert.Equal(HttpStatusCode.OK, await lax.StatusAsync(Room + "?access_token=user:ann", null));
        Assert.Equal(HttpStatusCode.OK, await lax.StatusAsync(Room + "?access_token=nonsense&access_token=user%3Aann", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await lax.StatusAsync(Room + "?access_token=nonsense", null));
        Assert.Equal(HttpStatusCode.Unauthorized, await lax.StatusAsync(Room + "?access_token=user:ann", "nonsense"));
    }

    [Theory]
    [InlineData("access_token", "")]
    [InlineData("%61ccess_token", "")]
    [InlineData("access_token", "Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics")]
    [InlineData("access_token", "Logging:Fanfare.Testing.Diagnostics.LogRecorder:LogLevel:Default")]
    [InlineData("access_token", "Logging:Fanfare.Testing.Diagnostics.LogRecorder:LogLevel:Microsoft*Diagnostics")]
    [InlineData("access_token", "Logging:LogLevel:Microsoft.AspNetCore.Hosting.*Diagnostics")]
    public async Task A_token_in_the_query_is_in_no_log_or_trace_and_not_in_what_the_application_sees(string key, string verboseSetting)
    {
        using var trace = new Activity("test").Start();
        var spans = new ConcurrentQueue<Activity>();
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var tracing = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                // Other tests run beside this one: theirs are of other traces.
                if (span.TraceId != trace.TraceId)
                {
                    return;
                }

                spans.Enqueue(span);
                if (span.OperationName == "Microsoft.AspNetCore.Hosting.HttpRequestIn")
                {
                    served.TrySetResult();
                }
            },
        };
        ActivitySource.AddActivityListener(tracing);
        await using var host = await StreamHost.StartAsync(
            static options => options.AllowQueryToken = true,
            build: builder =>
            {
                builder.Services.Configure<LoggerFilterOptions>(static options => options.MinLevel = LogLevel.Information);
                builder.Configuration[verboseSetting] = "Trace";
            });
        host.Main.Authenticate(static _ => ValueTask.FromResult<User?>(new User("ann")));
        await using (var reader = await host.ReadAsync($"{Room}?a=1&{key}=marker-token&room=open-2&b=2", user: null))
        {
            var request = Assert.Single(host.Main.Connections).Handshake.Request;

            Assert.Equal($"{Room}?a=1&room=open-2&b=2", request.Url);
            Assert.Equal(["a", "room", "b"], request.Query.Select(static pair => pair.Key));
        }

        // The request's own last line and span come after its stream has ended.
        await served.Task.Within(Timeouts.Default);
        Assert.NotEmpty(host.Logs.Lines);
        Assert.DoesNotContain(host.Logs.Lines, static line => line.Text.Contains("marker-token", StringComparison.Ordinal));
        Assert.DoesNotContain(spans, static span => span.DisplayName.Contains("marker-token", StringComparison.Ordinal)
            || span.TagObjects.Any(static tag => $"{tag.Value}".Contains("marker-token", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(LogLevel.Debug, "Logging:LogLevel:Microsoft.AspNetCore.Hosting", "None")]
    [InlineData(LogLevel.Debug, "Logging:LogLevel:Microsoft", "None", "Logging:Fanfare.Testing.Diagnostics.LogRecorder:LogLevel:Other", "Trace")]
    [InlineData(LogLevel.None)]
    public async Task Rules_of_the_application_that_keep_more_out_of_the_log_stay(LogLevel least, params string[] settings)
    {
        await using var host = await StreamHost.StartAsync(
            static options => options.AllowQueryToken = true,
            build: builder =>
            {
                builder.Services.Configure<LoggerFilterOptions>(options => options.MinLevel = least);
                for (var i = 0; i < settings.Length; i += 2)
                {
                    builder.Configuration[settings[i]] = settings[i + 1];
                }
            });

        Assert.False(host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Critical));
    }

    [Fact]
    public async Task A_cookie_that_the_application_names_holds_the_token_and_the_header_goes_before_it()
    {
        await using var host = await StreamHost.StartAsync(static options => options.CookieName = "chat_access");

        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync("/events/user/bob", null, headers: ("Cookie", "a=b; chat_access=user:bob")));
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StatusAsync(Room, null, headers: ("Cookie", "access=user:bob")));
        Assert.Equal(HttpStatusCode.Unauthorized, await host.StatusAsync(Room, null, headers: ("Cookie", "chat_access=")));
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync("/events/user/bob", "user:ann", headers: ("Cookie", "chat_access=user:bob")));
    }

    [Fact]
    public async Task A_cookie_does_not_serve_another_site()
    {
        await using var host = await StreamHost.StartAsync(static options => options.CookieName = "chat_access");
        (string, string) cookie = ("Cookie", "chat_access=user:ann");
        (string, string) crossSite = ("Sec-Fetch-Site", "cross-site");

        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync(Room, null, null, cookie, crossSite));
        Assert.Equal(HttpStatusCode.Forbidden, await host.StatusAsync(Room, null, null, cookie, ("Origin", "https://evil.com")));
        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync(Room, null, null, cookie, ("Sec-Fetch-Site", "same-origin")));
        Assert.Equal(HttpStatusCode.OK, await host.StatusAsync(Room, "user:ann", null, crossSite));
    }
}
