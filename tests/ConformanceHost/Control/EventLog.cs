using System.Text.Json.Nodes;
using Fanfare;
using ConformanceHost.Values;

namespace ConformanceHost.Control;

/// <summary>What happened in the namespaces with control events, for testers to read. Safe to use from any thread.</summary>
internal sealed class EventLog
{
    private readonly Lock _gate = new();
    private readonly List<JsonObject> _entries = [];
    private long _sequence;

    /// <summary>Writes down when connections come and go.</summary>
    public void Watch(NamespaceSetup @namespace) =>
        @namespace.OnConnection(connection =>
        {
            Add(Entry(connection, "connect", ("recovered", connection.IsRecovered)));
            connection.OnDisconnecting(reason =>
                Add(Entry(connection, "disconnecting", ("reason", reason.Text), ("rooms", RoomsOf(connection)))));
            connection.OnDisconnect(reason =>
                Add(Entry(connection, "disconnect", ("reason", reason.Text), ("rooms", RoomsOf(connection)))));
        });

    public void AddServerSide(string @namespace, string name, Arguments arguments) =>
        Add(new JsonObject
        {
            ["nsp"] = @namespace,
            ["event"] = "server-side",
            ["name"] = name,
            ["args"] = JsonNode.Parse([.. "["u8, .. arguments.Json.Span, .. "]"u8]),
        });

    /// <summary>The entries after <paramref name="sequence"/> as a JSON array.</summary>
    public string After(long sequence)
    {
        lock (_gate)
        {
            return new JsonArray([.. _entries.Where(entry => entry["seq"]!.GetValue<long>() > sequence).Select(entry => entry.DeepClone())])
                .ToJsonString(MessageSerializer.Default.Options);
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _entries.Clear();
        }
    }

    private static JsonObject Entry(Connection connection, string @event, params ReadOnlySpan<(string Key, JsonNode? Value)> more)
    {
        var entry = new JsonObject { ["nsp"] = connection.NamespaceName, ["id"] = connection.Id, ["event"] = @event };
        foreach (var (key, value) in more)
        {
            entry[key] = value;
        }

        return entry;
    }

    private static JsonArray RoomsOf(Connection connection) => [.. connection.SortedRooms().Select(room => (JsonNode)room)];

    private void Add(JsonObject entry)
    {
        lock (_gate)
        {
            entry.Insert(0, "seq", ++_sequence);
            _entries.Add(entry);
        }
    }
}
