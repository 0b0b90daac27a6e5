using System.Globalization;
using Fanfare.Core.Concurrency.Tests.Stages;

namespace Fanfare.Core.Concurrency.Tests.Scenarios;

/// <summary>What one client of a room must have been sent: what it missed, its answer, what is live.</summary>
internal static class Story
{
    /// <summary>Checks all that the client was sent.</summary>
    /// <param name="stage">Where.</param>
    /// <param name="client">Who.</param>
    /// <param name="since">The position it came with, or <see langword="null"/> for what is live only.</param>
    /// <param name="isWhole">Whether it must have come to the end; else it may break off anywhere.</param>
    public static void Check(Stage stage, Client client, long? since, bool isWhole = true)
    {
        var frames = client.Frames;
        var published = stage.PublishedIn(Stage.Room, Stage.OtherRoom, User.RoomOf("u"), User.RoomOf("late"));
        var answer = frames.FindIndex(static text => text.StartsWith("joined", StringComparison.Ordinal));
        if (answer < 0)
        {
            Assert.False(isWhole, "It was not answered.");
            AssertBegins(since is null ? [] : published.Where(position => position > since), Client.PositionsIn(frames));
            return;
        }

        var words = frames[answer].Split(' ');
        var head = long.Parse(words[2], CultureInfo.InvariantCulture);
        var before = Client.PositionsIn(frames.Take(answer));
        if (words[3] == "None")
        {
            Assert.Equal(since is null ? [] : published.Where(position => position > since && position <= head), before);
        }
        else
        {
            AssertBegins(published.Where(position => position > since && position <= head), before);
        }

        var live = published.Where(position => position > head).ToArray();
        var after = Client.PositionsIn(frames.Skip(answer));
        AssertBegins(live, after);
        if (isWhole)
        {
            Assert.Equal(live, after);
        }
    }

    private static void AssertBegins(IEnumerable<long> whole, long[] begin) => Assert.Equal(whole.Take(begin.Length), begin);
}
