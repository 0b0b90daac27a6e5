import { describe, expect, it } from "vitest";
import { connected, reconnected, rooms } from "./support/rooms.js";
import { failureOf, settle } from "./support/waits.js";

const message = (cursor: string, room = "a"): object => ({ type: "message", room, cursor, from: "u2", content: cursor, timestamp: 1 });
const cursors = (events: { meta: { cursor?: string } }[]): (string | undefined)[] => events.map(({ meta }) => meta.cursor);

describe("The order on the line", () => {
  it("has nothing before the greeting, nothing of the rooms before the answer to authenticate, nothing of the queue before those to the joins", async () => {
    const { client, server } = await rooms({ token: () => "t" });
    void client.join("a");
    void client.join("b");
    void client.emit("typing_start", ["a"]);
    void client.connect();
    const peer = await server.peer();
    await settle();
    expect(peer.received).toEqual([]);
    peer.greet();
    const authenticate = await peer.next("authenticate");
    await settle();
    expect(peer.received).toHaveLength(1);
    peer.send({ type: "authenticated", userId: "u1", ref: authenticate.ref });
    const a = await peer.next("join");
    const b = await peer.next("join");
    peer.send({ type: "joined", room: "b", cursor: "c1", ref: b.ref });
    await settle();
    expect(peer.received).toHaveLength(3);
    expect(client.state).toBe("Connecting");
    peer.send({ type: "joined", room: "a", cursor: "c1", ref: a.ref });
    expect(await peer.next("typing_start")).toEqual({ type: "typing_start", args: ["a"] });
  });

  it("announces Connected before the queue goes out, and calls made on the announcement go behind it", async () => {
    const { client, server } = await rooms();
    client.watch("state", ({ to }) => void (to === "Connected" && client.send("a", "on the announcement")));
    void client.send("a", "queued 1");
    void client.send("a", "queued 2");
    const connecting = client.connect();
    const peer = await server.peer();
    peer.greet();
    await connecting;
    void client.send("a", "later");
    const contents = [];
    for (let i = 0; i < 4; i++) contents.push((await peer.next("message")).content);
    expect(contents).toEqual(["queued 1", "queued 2", "on the announcement", "later"]);
  });

  it("takes a room wanted while the joins are on their way, and waits for its answer too", async () => {
    const { client, server } = await rooms();
    void client.join("a");
    void client.connect();
    const peer = await server.peer();
    peer.greet();
    const a = await peer.next("join");
    const late = client.join("b");
    const b = await peer.next("join");
    peer.send({ type: "joined", room: "a", cursor: "c1", ref: a.ref });
    await settle();
    expect(client.state).toBe("Connecting");
    peer.send({ type: "joined", room: "b", cursor: "c2", ref: b.ref });
    expect(await late).toEqual({ cursor: "c2" });
    await settle();
    expect(client.state).toBe("Connected");
  });

  it("understands answers without ref", async () => {
    const { client, server } = await rooms({ token: () => "t" });
    const joining = client.join("a");
    const refused = client.join("b");
    void client.connect();
    const peer = await server.peer();
    peer.greet();
    await peer.next("authenticate");
    peer.send({ type: "authenticated", userId: "u" });
    await peer.next("join");
    await peer.next("join");
    peer.send({ type: "joined", room: "a", cursor: "c1" }, { type: "error", code: "forbidden", message: "no", room: "b" });
    expect(await joining).toEqual({ cursor: "c1" });
    expect(await failureOf(refused)).toMatchObject({ code: "refused", error: "forbidden" });
    const leaving = client.leave("a");
    await peer.next("leave");
    peer.send({ type: "left", room: "a" });
    await leaving;
  });
});

describe("join", () => {
  it("goes out at once when Connected, without since, and is answered", async () => {
    const { client, peer, recorder } = await connected();
    const joining = client.join("a");
    const frame = await peer.join("c4");
    expect(frame).toEqual({ type: "join", room: "a", ref: frame.ref });
    expect(await joining).toEqual({ cursor: "c4" });
    expect(recorder.of("joined")).toEqual([{ room: "a", cursor: "c4" }]);
    expect(client.stats).toMatchObject({ rooms: ["a"], cursor: "c4" });
  });

  it("that is refused fails with the server's code, and the room is no longer wanted", async () => {
    const all = await connected();
    const joining = all.client.join("secret");
    const { ref } = await all.peer.next("join");
    all.peer.send({ type: "error", code: "forbidden", message: "no", room: "secret", ref });
    expect(await failureOf(joining)).toMatchObject({ code: "refused", error: "forbidden", message: "no" });
    expect(all.client.stats.rooms).toEqual([]);
    expect(all.recorder.of("reset")).toEqual([]);
    all.peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    await all.recorder.to("Connected");
    expect(again.received).toEqual([]);
  });

  it("waits over attempts that break before its answer, still without since", async () => {
    const all = await rooms();
    const joining = all.client.join("a");
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    await peer.next("join");
    peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    expect((await again.join("c1")).since).toBeUndefined();
    expect(await joining).toEqual({ cursor: "c1" });
  });

  it("asked for twice is answered twice, by one membership", async () => {
    const { client, peer, recorder } = await connected();
    const calls = [client.join("a"), client.join("a")];
    await peer.join("c1");
    await peer.join("c2");
    expect(await Promise.all(calls)).toEqual([{ cursor: "c1" }, { cursor: "c2" }]);
    expect(recorder.of("joined")).toHaveLength(2);
    expect(client.stats.rooms).toEqual(["a"]);
  });
});

describe("leave", () => {
  it("is sent when Connected and answered, and the room is not joined again", async () => {
    const all = await connected({}, "a", "b");
    const leaving = all.client.leave("a");
    const { ref, room } = await all.peer.next("leave");
    expect(room).toBe("a");
    all.peer.send({ type: "left", room: "a", ref });
    await leaving;
    all.peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    expect(await again.join("c1", { recovered: true })).toMatchObject({ room: "b" });
    await all.recorder.to("Connected");
    expect(again.received).toHaveLength(1);
  });

  it("fails when the server refuses it", async () => {
    const { client, peer } = await connected();
    const leaving = client.leave("a");
    const { ref } = await peer.next("leave");
    peer.send({ type: "error", code: "not_joined", message: "not in it", room: "a", ref });
    expect(await failureOf(leaving)).toMatchObject({ code: "refused", error: "not_joined" });
  });

  it("is done at once while not connected, and when the line ends before its answer", async () => {
    const offline = await rooms();
    const joining = offline.client.join("a");
    await offline.client.leave("a");
    expect(await failureOf(joining)).toMatchObject({ code: "refused", error: "left" });
    expect(offline.client.stats.rooms).toEqual([]);

    const { client, peer } = await connected({}, "a");
    const leaving = client.leave("a");
    await peer.next("leave");
    peer.socket.terminate();
    await leaving;
  });

  it("takes back a join that is on its way", async () => {
    const all = await rooms();
    void all.client.join("a");
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    const { ref } = await peer.next("join");
    await all.client.leave("a");
    expect((await peer.next("leave")).room).toBe("a");
    peer.send({ type: "joined", room: "a", cursor: "c1", ref }, { type: "left", room: "a" });
    await all.recorder.to("Connected");
    peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    await all.recorder.to("Connected");
    expect(again.received).toEqual([]);
  });

  it("then join is a first join again: without since", async () => {
    const all = await connected({}, "a");
    void all.client.leave("a");
    all.peer.send({ type: "left", room: "a", ref: (await all.peer.next("leave")).ref });
    all.peer.socket.terminate();
    await all.recorder.to("Reconnecting");
    void all.client.join("a");
    const again = await reconnected(all);
    again.greet();
    expect((await again.join("c7")).since).toBeUndefined();
  });
});

describe("A re-join", () => {
  it("shows the last cursor that came before the line was lost, whatever frame brought it", async () => {
    const all = await connected({}, "a");
    const shown = async (): Promise<string | undefined> => {
      const peer = await reconnected(all);
      peer.greet();
      const join = await peer.join("c0", { recovered: true });
      await all.recorder.to("Connected");
      current = peer;
      return join.since;
    };
    let current = all.peer;
    current.send(message("c1"));
    await all.recorder.next("event");
    current.socket.terminate();
    expect(await shown()).toBe("c1");

    const sent = all.client.send("a", 1, { ack: true });
    current.send({ type: "ack", ref: (await current.next("message")).ref, cursor: "c2" });
    await sent;
    current.socket.terminate();
    expect(await shown()).toBe("c2");

    current.send({ type: "reset", reason: "trimmed", cursor: "c3" });
    await all.recorder.next("reset");
    current.socket.terminate();
    expect(await shown()).toBe("c3");

    void all.client.join("b");
    await current.join("c4");
    await all.recorder.next("joined", ({ room }) => room === "b");
    expect(all.client.stats.cursor).toBe("c4");
  });

  it("that breaks skips nothing: the position moves when all rooms are answered", async () => {
    const all = await connected({ token: () => "t" }, "a", "b");
    all.peer.send(message("c1"));
    await all.recorder.next("event");
    all.peer.socket.terminate();

    const broken = await reconnected(all);
    broken.greet();
    await broken.authenticate({ cursor: "c9", recovered: true });
    const { ref } = await broken.next("join");
    broken.send(message("c2"), message("c3", "b"), { type: "joined", room: "a", cursor: "c9", recovered: true, ref });
    await all.recorder.next("joined");
    expect(all.client.stats.cursor).toBe("c1");
    broken.socket.terminate();

    const again = await reconnected(all);
    again.greet();
    expect((await again.authenticate({ cursor: "c9", recovered: true })).since).toBe("c1");
    const join = await again.join("c10", { recovered: true }, [message("c2"), message("c3", "b"), message("c4", "b")]);
    expect(join).toMatchObject({ rooms: ["a", "b"], since: "c1" });
    await all.recorder.to("Connected");
    expect(cursors(all.events)).toEqual(["c1", "c2", "c3", "c4"]);
    expect(all.client.stats.cursor).toBe("c10");
  });

  it("after a first connect that broke between two rooms shows where the first was joined", async () => {
    const all = await rooms();
    void all.client.join("a");
    void all.client.join("b");
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    await peer.join("c1");
    await all.recorder.next("joined");
    peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    expect(await again.join("c2")).toMatchObject({ room: "a", since: "c1" });
    expect((await again.join("c2")).since).toBeUndefined();
  });

  it("that does not recover raises one reset for its room", async () => {
    const all = await connected({}, "a", "b");
    all.peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    const { ref } = await again.next("join");
    again.send(
      { type: "joined", room: "a", cursor: "d1", recovered: false, reason: "epoch", ref },
      { type: "joined", room: "b", cursor: "d1", recovered: true, ref },
    );
    await all.recorder.to("Connected");
    expect(all.recorder.of("reset")).toEqual([{ reason: "epoch", room: "a", cursor: "d1" }]);
    expect(all.recorder.of("joined").slice(2)).toEqual([
      { room: "a", cursor: "d1", recovered: false, reason: "epoch" },
      { room: "b", cursor: "d1", recovered: true },
    ]);
    expect(all.client.stats).toMatchObject({ rooms: ["a", "b"], cursor: "d1" });
  });

  it("that is refused raises reset with the code, and the room is no longer wanted", async () => {
    const all = await connected({}, "a", "b");
    all.peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    const { ref } = await again.next("join");
    again.send(
      { type: "error", code: "forbidden", message: "no", room: "a", ref },
      { type: "joined", room: "b", cursor: "c5", recovered: true, ref },
    );
    await all.recorder.to("Connected");
    expect(all.recorder.of("reset")).toEqual([{ reason: "forbidden", room: "a" }]);
    expect(all.recorder.of("error")).toEqual([]);
    expect(all.client.stats).toMatchObject({ rooms: ["b"], cursor: "c5" });
  });

  it("of a single refused room connects without any room", async () => {
    const all = await connected({}, "a");
    all.peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    const { ref } = await again.next("join");
    again.send({ type: "error", code: "bad_room", message: "no", ref });
    await all.recorder.to("Connected");
    expect(all.recorder.of("reset")).toEqual([{ reason: "bad_room", room: "a" }]);
    expect(all.client.stats).toMatchObject({ rooms: [], cursor: "c0" });
  });

  it("is preceded by what the user's own room missed; that it cannot come is told without a room", async () => {
    const all = await connected({ token: () => "t" }, "a");
    all.peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    const authenticate = await again.next("authenticate");
    expect(authenticate.since).toBe("c0");
    again.send(
      { type: "whispered", text: "psst", cursor: "c1" },
      { type: "authenticated", userId: "u1", cursor: "c2", recovered: false, reason: "trimmed", ref: authenticate.ref },
    );
    expect((await again.join("c3", { recovered: true })).since).toBe("c0");
    await all.recorder.to("Connected");
    expect(all.recorder.of("reset")).toEqual([{ reason: "trimmed", cursor: "c2" }]);
    expect(cursors(all.events)).toEqual(["c1"]);
  });

  it("without rooms moves the position to that of the answer to authenticate", async () => {
    const all = await rooms({ token: () => "t" });
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    expect((await peer.authenticate({ cursor: "c1" })).since).toBeUndefined();
    await all.recorder.to("Connected");
    expect(all.client.stats.cursor).toBe("c1");
    peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    await again.authenticate({ cursor: "c2", recovered: true });
    await all.recorder.to("Connected");
    expect(all.client.stats.cursor).toBe("c2");
  });
});

describe("A repeat", () => {
  it("is dropped by equal cursor, never by size, among at least the last 1,000", async () => {
    const { peer, events, recorder } = await connected({}, "a");
    for (let i = 0; i < 1_000; i++) peer.send(message(`c${9_000 - i}`));
    peer.send(message("c9000"), message("c8500"), message("c8001"), message("c1"), { type: "marker" });
    await recorder.next("event", ({ type }) => type === "marker");
    expect(events).toHaveLength(1_002);
    expect(cursors(events).slice(-3)).toEqual(["c8001", "c1", undefined]);
  });

  it("is told by its cursor alone: events without one always come", async () => {
    const { peer, events, recorder } = await connected();
    peer.send({ type: "x", n: 1 }, { type: "x", n: 1 }, { type: "marker" });
    await recorder.next("event", ({ type }) => type === "marker");
    expect(events).toHaveLength(3);
  });

  it("is dropped also when it comes live after a replay, and its cursor still is the position", async () => {
    const { peer, events, recorder, client } = await connected({}, "a");
    peer.send(message("c1"), message("c2"), message("c1"), { type: "marker" });
    await recorder.next("event", ({ type }) => type === "marker");
    expect(cursors(events)).toEqual(["c1", "c2", undefined]);
    expect(client.stats.cursor).toBe("c1");
  });
});

describe("A reset frame", () => {
  it("raises one reset, moves the position and keeps the line", async () => {
    const { client, peer, recorder } = await connected({}, "a");
    peer.send({ type: "reset", reason: "slow", cursor: "c8", room: "a" }, { type: "reset", reason: "lost" }, { type: "marker" });
    await recorder.next("event");
    expect(recorder.of("reset")).toEqual([{ reason: "slow", cursor: "c8", room: "a" }, { reason: "lost" }]);
    expect(client.stats).toMatchObject({ state: "Connected", cursor: "c8" });
  });
});
