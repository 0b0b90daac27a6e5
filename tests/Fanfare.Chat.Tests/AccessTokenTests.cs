using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fanfare.Chat.Tests;

public sealed class AccessTokenTests(AccessTokenTests.KeyedServer shared) : IClassFixture<AccessTokenTests.KeyedServer>
{
    private const string Key = "a signing key of more than thirty-two bytes";

    public static TheoryData<string> Forgeries =>
    [
        "unsigned", "empty signature", "wrong key", "HS384", "HS512", "RS256 header", "no exp", "exp past", "exp text", "nbf ahead", "iat ahead", "no iat", "wrong iss", "no iss",
        "wrong aud", "no aud", "unknown sub", "no sub", "another user's sid", "unknown sid", "no sid", "wrong name", "no name", "not a token", "two parts", "empty", "long",
    ];

    [Fact]
    public async Task A_token_signed_by_hand_with_the_key_and_all_claims_is_good()
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        ann.UseToken(Sign(Claims(ann), Key));
        await ann.GetJsonAsync("/api/rooms");
    }

    [Fact]
    public async Task A_clock_30_seconds_behind_is_forgiven_at_the_beginning_of_a_token()
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        var claims = Claims(ann);
        claims["iat"] = shared.Server.Clock.GetUtcNow().ToUnixTimeSeconds() + 20;
        claims["nbf"] = shared.Server.Clock.GetUtcNow().ToUnixTimeSeconds() + 20;
        ann.UseToken(Sign(claims, Key));
        await ann.GetJsonAsync("/api/rooms");
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_token_is_refused(string forgery)
    {
        using var ann = await TestUser.RegisterAsync(shared.Server);
        using var bob = await TestUser.RegisterAsync(shared.Server);
        ann.UseToken(Forge(forgery, Claims(ann), Claims(bob), shared.Server.Clock.GetUtcNow().ToUnixTimeSeconds()));

        var answer = await ann.GetAsync("/api/rooms");

        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, answer);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task A_token_ends_at_exp_without_grace()
    {
        await using var server = await ChatServer.StartAsync("--Auth:AccessTokenSeconds=60");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var end = DateTimeOffset.Parse(ann.Session.Text("expiresAt")!, CultureInfo.InvariantCulture);

        server.Clock.SetUtcNow(end.AddMilliseconds(-1));
        await ann.GetJsonAsync("/api/rooms");
        server.Clock.SetUtcNow(end);
        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.GetAsync("/api/rooms"));
    }

    [Fact]
    public async Task A_refresh_token_ends_too()
    {
        await using var server = await ChatServer.StartAsync("--Auth:RefreshTokenSeconds=60");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        await ProblemAssert.IsAsync(HttpStatusCode.Unauthorized, await ann.PostAsync("/api/auth/refresh", new { refreshToken = ann.RefreshToken }));
    }

    [Fact]
    public async Task The_token_says_who_and_for_how_long()
    {
        await using var server = await ChatServer.StartAsync("--Auth:AccessTokenSeconds=123");
        using var ann = await TestUser.RegisterAsync(server, "Ann");
        var parts = ann.AccessToken.Split('.');
        var header = JsonSerializer.Deserialize<JsonElement>(Decode(parts[0]));
        var claims = JsonSerializer.Deserialize<JsonElement>(Decode(parts[1]));

        Assert.Equal("HS256", header.Text("alg"));
        Assert.Equal((ann.Id, "Ann"), (claims.Text("sub"), claims.Text("name")));
        Assert.Equal(("fanfare-chat", "fanfare-chat"), (claims.Text("iss"), claims.Text("aud")));
        Assert.NotEmpty(claims.Text("sid")!);
        Assert.Equal(123, claims.Number("exp") - claims.Number("iat"));
        Assert.Equal(DateTimeOffset.Parse(ann.Session.Text("expiresAt")!, CultureInfo.InvariantCulture).ToUnixTimeSeconds(), claims.Number("exp"));
    }

    private static string Forge(string forgery, JsonObject claims, JsonObject others, long now)
    {
        switch (forgery)
        {
            case "unsigned":
                return $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{Encode(claims.ToJsonString())}.";
            case "empty signature":
                return $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode(claims.ToJsonString())}.";
            case "wrong key":
                return Sign(claims, "another key of more than thirty-two bytes");
            case "HS384" or "HS512":
                return Sign(claims, Key, forgery);
            case "RS256 header":
                return Sign(claims, Key, "RS256");
            case "exp past":
                claims["exp"] = now - 1;
                break;
            case "exp text":
                claims["exp"] = "tomorrow";
                break;
            case "nbf ahead":
                claims["nbf"] = now + 60;
                break;
            case "iat ahead":
                claims["iat"] = now + 60;
                break;
            case "unknown sub":
                claims["sub"] = "nobody";
                break;
            case "another user's sid":
                claims["sid"] = others["sid"]!.DeepClone();
                break;
            case "not a token":
                return "abc";
            case "two parts":
                return string.Join('.', Sign(claims, Key).Split('.')[..2]);
            case "empty":
                return " ";
            case "long":
                claims["padding"] = new string('x', 12_000);
                break;
            default:
                var (verb, claim) = (forgery.Split(' ')[0], forgery.Split(' ')[1]);
                claims.Remove(claim);
                if (verb != "no")
                {
                    claims[claim] = "somebody-else";
                }

                break;
        }

        return Sign(claims, Key);
    }

    private static JsonObject Claims(TestUser user) => JsonNode.Parse(Decode(user.AccessToken.Split('.')[1]))!.AsObject();

    private static string Sign(JsonObject claims, string key, string algorithm = "HS256")
    {
        var text = $"{Encode($$"""{"alg":"{{algorithm}}","typ":"JWT"}""")}.{Encode(claims.ToJsonString())}";
        var (bytes, secret) = (Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(key));
        var signature = algorithm switch
        {
            "HS384" => HMACSHA384.HashData(secret, bytes),
            "HS512" => HMACSHA512.HashData(secret, bytes),
            _ => HMACSHA256.HashData(secret, bytes),
        };
        return $"{text}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Decode(string text) => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(text));

    public sealed class KeyedServer : SharedServer
    {
        protected override string[] Settings => [$"--JWT_KEY={Key}"];
    }
}
