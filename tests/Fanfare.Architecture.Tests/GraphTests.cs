namespace Fanfare.Architecture.Tests;

public sealed class GraphTests
{
    [Fact]
    public void A_line_has_no_circle()
    {
        var graph = new Graph();
        graph.Add("a", "b");
        graph.Add("b", "c");
        graph.Add("a", "c");

        Assert.Empty(graph.Circles());
    }

    [Fact]
    public void A_circle_is_told_once_without_what_only_hangs_on_it()
    {
        var graph = new Graph();
        graph.Add("a", "b");
        graph.Add("b", "c");
        graph.Add("c", "b");
        graph.Add("c", "d");

        Assert.Equal(["b", "c"], Assert.Single(graph.Circles()));
    }

    [Fact]
    public void Files_without_a_circle_may_make_one_of_folders()
    {
        var graph = new Graph();
        graph.Add("x/a", "y/b");
        graph.Add("y/c", "x/d");

        Assert.Empty(graph.Circles());
        Assert.Single(graph.GroupedBy(file => file.Split('/')[0]).Circles());
    }
}
