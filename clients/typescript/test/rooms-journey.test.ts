import { describe, expect, it } from "vitest";
import { connected, reconnected, rooms } from "./support/rooms.js";

describe("A rooms client", () => {
  it("authenticates, joins its rooms, announces Connected, sends its queue and later calls, in this order", async () => {
    const { client, server, recorder } = await rooms({ token: () => "user:u1" });
    void client.join("a");
    void client.join("b");
    void client.send("a", "queued");
    const connecting = client.connect();
    const peer = await server.peer();
    peer.greet();
    const authenticate = await peer.next("authenticate");
    expect(authenticate.token).toBe("user:u1");
    expect(peer.received).toHaveLength(1);
    peer.send({ type: "authenticated", userId: "u1", cursor: "c1", ref: authenticate.ref });
    const first = await peer.join("c1");
    expect(client.state).toBe("Connecting");
    const second = await peer.next("join");
    expect([first.room, second.room]).toEqual(["a", "b"]);
    expect(first.since).toBeUndefined();
    peer.send({ type: "joined", room: "b", cursor: "c2", ref: second.ref });
    await connecting;
    void client.send("a", "later");
    expect((await peer.next("message")).content).toBe("queued");
    expect((await peer.next("message")).content).toBe("later");
    expect(recorder.moves).toEqual(["Idle>Connecting", "Connecting>Connected"]);
    expect(recorder.of("joined")).toEqual([{ room: "a", cursor: "c1" }, { room: "b", cursor: "c2" }]);
    expect(client.stats).toEqual({ state: "Connected", handlers: 1, queued: 0, rooms: ["a", "b"], cursor: "c2" });
  });

  it("joins its rooms again with the position reached, hands out what was missed once, and then sends what waited", async () => {
    const all = await connected({ token: () => "user:u1" }, "a", "b");
    const { client, peer, events, recorder } = all;
    peer.send({ type: "message", room: "a", cursor: "c1", from: "u2", content: "one", timestamp: 1 });
    await recorder.next("event");
    peer.socket.terminate();
    await recorder.to("Reconnecting");
    const sent = client.send("a", "waited", { ack: true });
    const again = await reconnected(all);
    again.greet();
    const authenticate = await again.authenticate({ cursor: "c9", recovered: true });
    expect(authenticate.since).toBe("c1");
    const join = await again.join("c3", { recovered: true }, [
      { type: "message", room: "a", cursor: "c1", from: "u2", content: "one", timestamp: 1 },
      { type: "message", room: "b", cursor: "c2", from: "u2", content: "two", timestamp: 2 },
    ]);
    expect(join).toMatchObject({ rooms: ["a", "b"], since: "c1" });
    const message = await again.next("message");
    again.send({ type: "ack", ref: message.ref, cursor: "c4" });
    expect(await sent).toEqual({ cursor: "c4" });
    expect(events.map(({ meta }) => meta.cursor)).toEqual(["c1", "c2"]);
    expect(events[1]).toEqual({
      value: { room: "b", from: "u2", content: "two", timestamp: 2 },
      meta: { type: "message", room: "b", cursor: "c2", args: [{ room: "b", from: "u2", content: "two", timestamp: 2 }] },
    });
    expect(recorder.moves.slice(2)).toEqual(["Connected>Reconnecting:lost", "Reconnecting>Connected"]);
    expect(recorder.of("reset")).toEqual([]);
  });

  it("ends for good on disconnect, with no timer and no line left", async () => {
    const { client, peer, timers, recorder } = await connected({}, "a");
    void client.send("a", "waits for its ack", { ack: true });
    await peer.next("message");
    await client.disconnect();
    expect((await peer.closed()).code).toBe(1000);
    expect(timers.pending).toBe(0);
    expect(recorder.moves.at(-1)).toBe("Connected>Closed:disconnect");
  });
});
