using Fanfare.Chat.Accounts;
using Fanfare.Chat.Text;
using Fanfare.Chat.Http;

namespace Fanfare.Chat.Rooms;

/// <summary>The routes of invitations.</summary>
internal static class InvitationEndpoints
{
    public static void MapInvitations(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").RequireAuthorization().WithTags("Invitations");
        api.MapPost("/rooms/{id}/invitations", InviteAsync).Takes<NewInvitation>().Answers<Invitation>(201).Answers<Invitation>(200).Refuses(400, 401, 403, 404, 409, 413, 415);
        api.MapGet("/invitations", (HttpContext http, InvitationService service) => TypedResults.Json(service.Of(http.Caller().UserId), RoomsJson.Default.IReadOnlyListInvitation))
            .Answers<IReadOnlyList<Invitation>>(200).Refuses(401);
        api.MapPost("/invitations/{id}/accept", AcceptAsync).Answers<Room>(200).Refuses(401, 404);
        api.MapDelete("/invitations/{id}", RemoveAsync).Answers(204).Refuses(401, 404);
    }

    private static async Task<IResult> InviteAsync(HttpContext http, string id, InvitationService invitations)
    {
        var body = await JsonBody.ReadAsync(http.Request);
        var name = DisplayName.TryCreate(body.Text("userName") ?? "", DisplayName.MaximumOfUser);
        if (body.Refusal is { } unreadable)
        {
            return unreadable;
        }

        var (invitation, isNew, refusal) = await invitations.InviteAsync(http.Caller(), id, name);
        return refusal ?? (IResult)TypedResults.Json(invitation, RoomsJson.Default.Invitation, statusCode: isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> AcceptAsync(HttpContext http, string id, InvitationService invitations) =>
        await invitations.AcceptAsync(http.Caller(), id) is { } room ? TypedResults.Json(room, RoomsJson.Default.Room) : Problem.NotFound;

    private static async Task<IResult> RemoveAsync(HttpContext http, string id, InvitationService invitations) =>
        await invitations.RemoveAsync(http.Caller(), id) ? TypedResults.NoContent() : Problem.NotFound;
}
