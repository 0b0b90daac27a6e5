using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Fanfare.Chat.Http;

/// <summary>Ends connections on which nothing comes. The bound of a request's head begins with its first byte; before the first request only that of idle connections runs, which is minutes.</summary>
internal static class MuteConnections
{
    public static void EndMuteConnections(this ListenOptions listen, TimeSpan patience)
    {
        var time = listen.ApplicationServices.GetRequiredService<TimeProvider>();
        listen.Use(next => connection => RunAsync(connection, next, patience, time));
    }

    private static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, TimeSpan patience, TimeProvider time)
    {
        if (await SpeaksAsync(connection, patience, time))
        {
            await next(connection);
        }
    }

    /// <summary>Whether something comes in time. Also when the server stops, or the connection breaks: then the server finds the same, and knows what to do.</summary>
    private static async Task<bool> SpeaksAsync(ConnectionContext connection, TimeSpan patience, TimeProvider time)
    {
        var closing = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var end = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(end.Token, closing);
        try
        {
            var first = await connection.Transport.Input.ReadAsync(either.Token);

            // Looked at and left there: the server reads it again.
            connection.Transport.Input.AdvanceTo(first.Buffer.Start);
            return true;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return true;
        }
    }
}
