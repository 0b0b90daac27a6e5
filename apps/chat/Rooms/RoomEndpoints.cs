using Fanfare.Chat.Accounts;
using Fanfare.Chat.Text;
using Fanfare.Chat.Http;

namespace Fanfare.Chat.Rooms;

/// <summary>The routes of rooms and their members.</summary>
internal static class RoomEndpoints
{
    public static void MapRooms(this IEndpointRouteBuilder routes)
    {
        var rooms = routes.MapGroup("/api/rooms").RequireAuthorization().WithTags("Rooms");
        rooms.MapGet("", (HttpContext http, RoomService service) => TypedResults.Json(service.List(http.Caller().UserId), RoomsJson.Default.IReadOnlyListRoom))
            .Answers<IReadOnlyList<Room>>(200).Refuses(401);
        rooms.MapPost("", CreateAsync).Takes<NewRoom>().Answers<Room>(201).Refuses(400, 401, 409, 413, 415);
        rooms.MapGet("/{id}", Get).Answers<Room>(200).Refuses(401, 404);
        rooms.MapGet("/{id}/members", GetMembers).Answers<IReadOnlyList<Member>>(200).Refuses(401, 404);
        rooms.MapDelete("/{id}/members/{userId}", RemoveMemberAsync).Answers(204).Refuses(401, 403, 404, 409);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, RoomService rooms)
    {
        var body = await JsonBody.ReadAsync(http.Request);
        var (typedName, isPrivate) = (body.Text("name"), body.Flag("isPrivate"));
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        if (DisplayName.TryCreate(typedName ?? "", DisplayName.MaximumOfRoom) is not { } name)
        {
            return Problem.Invalid("name", "A name has 1 to 64 characters, all of them visible.");
        }

        if (await rooms.CreateAsync(http.Caller(), name, isPrivate) is not { } room)
        {
            return Problem.Conflict("A public room has this name.");
        }

        http.Response.Headers.Location = $"/api/rooms/{room.Id}";
        return TypedResults.Json(room, RoomsJson.Default.Room, statusCode: StatusCodes.Status201Created);
    }

    private static IResult Get(HttpContext http, string id, RoomService rooms) =>
        rooms.Find(http.Caller().UserId, id) is { } room ? TypedResults.Json(room, RoomsJson.Default.Room) : Problem.NotFound;

    private static IResult GetMembers(HttpContext http, string id, RoomService rooms, IPresence presence) =>
        rooms.Members(http.Caller().UserId, id, presence) is { } members ? TypedResults.Json(members, RoomsJson.Default.IReadOnlyListMember) : Problem.NotFound;

    private static async Task<IResult> RemoveMemberAsync(HttpContext http, string id, string userId, RoomService rooms) =>
        await rooms.RemoveMemberAsync(http.Caller(), id, userId) ?? (IResult)TypedResults.NoContent();
}
