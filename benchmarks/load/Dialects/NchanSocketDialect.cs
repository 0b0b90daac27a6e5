namespace Fanfare.Benchmarks.Load.Dialects;

/// <summary>nchan's WebSocket subscribers: connected is joined, and what is posted comes as it is. It has no acks.</summary>
internal sealed class NchanSocketDialect : PlainDialect
{
    public override string Name => "nchan";

    public override bool PublishesByPost => true;

    public override string? Join(string room) => null;

    public override EventTemplate Message(string room, SequencedContent content) =>
        EventTemplate.Posted("/pub", Text(room, content), content);

    public override EventTemplate? Echo(SequencedContent content) => null;
}
