using System.IO.Pipelines;
using Fanfare.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fanfare.ServerSentEvents;

/// <summary>A sequence as an event stream.</summary>
/// <param name="items">The sequence.</param>
/// <param name="eventName">The name of its events.</param>
/// <param name="valueOf">What is sent of an item.</param>
/// <param name="missedBefore">How many items before this one are gone.</param>
internal sealed class SequenceResult<TItem, TValue>(
    IAsyncEnumerable<TItem> items, string eventName, Func<TItem, TValue> valueOf, Func<TItem, long> missedBefore) : IResult
{
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        StreamHead.Write(httpContext);
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }

        LongRequest.Unbind(httpContext);
        var services = httpContext.RequestServices;
        var stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        try
        {
            await SendAsync(
                httpContext.Response.BodyWriter,
                services.GetService<FanfareServer>()?.Serializer ?? MessageSerializer.Default,
                services.GetService<TimeProvider>() ?? TimeProvider.System,
                end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has gone, or the server goes.
        }
    }

    private async Task SendAsync(PipeWriter body, MessageSerializer serializer, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await WriteAsync(body, StreamForm.Bare.KeepAlive, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var sequence = items.GetAsyncEnumerator(cancellationToken);
        await using var ended = sequence.ConfigureAwait(false);
        while (await NextAsync(sequence.MoveNextAsync(), body, time, cancellationToken).ConfigureAwait(false))
        {
            var missed = missedBefore(sequence.Current);
            if (missed > 0 && !await WriteAsync(body, StreamForm.Bare.Missed(missed), cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            var message = new EncodedMessage(new Message(eventName, serializer.Write(valueOf(sequence.Current))));
            if (!await WriteAsync(body, StreamForm.Bare.Encode(message), cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Waits for the next item, with a comment now and then.</summary>
    private static async ValueTask<bool> NextAsync(ValueTask<bool> step, PipeWriter body, TimeProvider time, CancellationToken cancellationToken)
    {
        if (step.IsCompleted)
        {
            return await step.ConfigureAwait(false);
        }

        // A sequence must not be left while it is looking for its next item, so this waits for it even when nobody listens any more.
        var next = step.AsTask();
        while (!next.IsCompleted)
        {
            try
            {
                await next.WaitAsync(KeepAliveInterval, time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    await WriteAsync(body, StreamForm.Bare.KeepAlive, CancellationToken.None).ConfigureAwait(false);
                }
            }
        }

        return await next.ConfigureAwait(false) && !cancellationToken.IsCancellationRequested;
    }

    private static async ValueTask<bool> WriteAsync(PipeWriter body, OutboundFrame frame, CancellationToken cancellationToken)
    {
        var result = await body.WriteAsync(frame.Bytes, cancellationToken).ConfigureAwait(false);
        return !result.IsCompleted && !result.IsCanceled;
    }
}
