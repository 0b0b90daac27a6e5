using System.Globalization;
using Fanfare.Chat.Accounts;
using Fanfare.Chat.Rooms;
using Fanfare.Chat.Http;

namespace Fanfare.Chat.Messages;

/// <summary>The routes of messages and read marks.</summary>
internal static class MessageEndpoints
{
    private const int DefaultPage = 50;
    private const int LargestPage = 100;

    public static void MapMessages(this IEndpointRouteBuilder routes)
    {
        var room = routes.MapGroup("/api/rooms/{id}").RequireAuthorization().WithTags("Messages");
        room.MapGet("/messages", GetPage).TakesQuery("before", isNumber: false).TakesQuery("limit", isNumber: true).Answers<MessagePage>(200).Refuses(400, 401, 404);
        room.MapPost("/messages", PostAsync).Takes<NewMessage>().Answers<ChatMessage>(201).Answers<ChatMessage>(200).Refuses(400, 401, 403, 404, 413, 415);
        room.MapPut("/read", MarkReadAsync).Takes<ReadMark>().Answers<UnreadCount>(200).Refuses(400, 401, 403, 404, 413, 415);
    }

    private static IResult GetPage(HttpContext http, string id, RoomService rooms, MessageService messages)
    {
        if (rooms.StandingOf(http.Caller().UserId, id).Refuse(RoomRight.Read) is { } refusal)
        {
            return refusal;
        }

        if (!TryReadLimit(http.Request.Query["limit"], out var limit))
        {
            return Problem.Invalid("limit", $"It is a whole number from 1 to {LargestPage}.");
        }

        var before = http.Request.Query["before"];
        var page = before.Count > 1 ? null : messages.Page(id, before, limit);
        return page is null ? Problem.Invalid("before", "It is no message of this room.") : TypedResults.Json(page, MessagesJson.Default.MessagePage);
    }

    private static bool TryReadLimit(string? text, out int limit)
    {
        limit = DefaultPage;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= LargestPage);
    }

    private static async Task<IResult> PostAsync(HttpContext http, string id, RoomService rooms, MessageService messages)
    {
        var body = await JsonBody.ReadAsync(http.Request);
        var (content, clientId) = (body.Text("content"), body.Text("clientId"));
        if (body.Refusal is { } unreadable)
        {
            return unreadable;
        }

        if (rooms.StandingOf(http.Caller().UserId, id).Refuse(RoomRight.TakePart) is { } refusal)
        {
            return refusal;
        }

        if (InvalidFields(content, clientId) is { Count: > 0 } errors)
        {
            return Problem.Invalid(errors);
        }

        var (message, isNew, _) = await messages.PostAsync(http.Caller().UserId, id, content!, clientId);
        return message is not null
            ? TypedResults.Json(message, MessagesJson.Default.ChatMessage, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
            : rooms.StandingOf(http.Caller().UserId, id).Refuse(RoomRight.TakePart) ?? Problem.Forbidden;
    }

    private static Dictionary<string, string[]> InvalidFields(string? content, string? clientId)
    {
        var errors = new Dictionary<string, string[]>();
        var refusal = content is null ? "It is missing." : MessageDraft.RefuseContent(content) is Refusals.InvalidRequest ? "It has characters that no message may have." : MessageDraft.RefuseContent(content);
        if (refusal is not null)
        {
            errors["content"] = [refusal];
        }

        if (MessageDraft.RefuseClientId(clientId) is not null)
        {
            errors["clientId"] = ["It has 1 to 64 characters of 0-9, A-Z, a-z, _ and -."];
        }

        return errors;
    }

    private static async Task<IResult> MarkReadAsync(HttpContext http, string id, RoomService rooms, MessageService messages)
    {
        var body = await JsonBody.ReadAsync(http.Request);
        var messageId = body.Text("messageId");
        if (body.Refusal is { } unreadable)
        {
            return unreadable;
        }

        if (rooms.StandingOf(http.Caller().UserId, id).Refuse(RoomRight.TakePart) is { } refusal)
        {
            return refusal;
        }

        var unread = messageId is null ? null : await messages.MarkReadAsync(http.Caller().UserId, id, messageId);
        return unread is { } count ? TypedResults.Json(new UnreadCount(count), MessagesJson.Default.UnreadCount) : Problem.Invalid("messageId", "It is no message of this room.");
    }
}
