import { WebSocket } from "ws";
import { describe, expect, it } from "vitest";
import { EventStreamClient, RoomsClient } from "../src/index.js";
import { events, nextExchange, streaming } from "./support/events.js";
import { connected, reconnected, rooms } from "./support/rooms.js";
import { afterwards, failureOf, settle, within } from "./support/waits.js";

describe("The states", () => {
  it("begin with Idle, without a connection or a timer", async () => {
    const { client, server, timers } = await rooms();
    await settle();
    expect(client.state).toBe("Idle");
    expect(server.connections).toBe(0);
    expect(timers.pending).toBe(0);
  });

  it("stay Connecting while attempts fail, and only tell each retry", async () => {
    const all = await rooms({ baseMs: 100 });
    const connecting = all.client.connect();
    (await all.server.peer()).socket.terminate();
    (await reconnected(all)).socket.terminate();
    const third = await reconnected(all);
    expect(all.recorder.moves).toEqual(["Idle>Connecting"]);
    third.greet();
    await connecting;
    expect(all.recorder.moves).toEqual(["Idle>Connecting", "Connecting>Connected"]);
    expect(all.recorder.of("retry").map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([[2, 50], [3, 100]]);
  });

  it("stay Reconnecting while attempts fail", async () => {
    const all = await connected();
    all.peer.socket.terminate();
    (await reconnected(all)).socket.terminate();
    (await reconnected(all)).greet();
    await all.recorder.to("Connected");
    expect(all.recorder.moves.slice(2)).toEqual(["Connected>Reconnecting:lost", "Reconnecting>Connected"]);
    expect(all.recorder.of("retry").map(({ attempt, delayMs }) => [attempt, delayMs])).toEqual([[1, 500], [2, 1_000]]);
  });

  it("need the greeting: an open line alone is not Connected", async () => {
    const { client, server, recorder, timers } = await rooms({ openMs: 1_000 });
    void client.connect();
    const peer = await server.peer();
    await settle();
    expect(client.state).toBe("Connecting");
    timers.advance(1_000);
    expect((await recorder.next("retry")).reason).toBe("silent");
    await peer.closed();
  });

  it.each([
    ["Connecting", "Connecting>Closed:disconnect"],
    ["Connected", "Connected>Closed:disconnect"],
    ["Reconnecting", "Reconnecting>Closed:disconnect"],
    ["Idle", "Idle>Closed:disconnect"],
  ])("go from %s to Closed on disconnect", async (state, move) => {
    const all = state === "Idle" || state === "Connecting" ? await rooms() : await connected();
    if (state === "Connecting") {
      void all.client.connect();
      await all.server.peer();
    }
    if (state === "Reconnecting") {
      (all as Awaited<ReturnType<typeof connected>>).peer.socket.terminate();
      await all.recorder.next("retry");
    }
    expect(all.client.state).toBe(state);
    await within(all.client.disconnect(), "the end");
    expect(all.recorder.moves.at(-1)).toBe(move);
    expect(all.timers.pending).toBe(0);
    expect(all.client.state).toBe("Closed");
    await within(all.client.disconnect(), "the end, asked for again");
    expect(all.recorder.of("state").filter(({ to }) => to === "Closed")).toHaveLength(1);
  });

  it("are told to all listeners in one order, also when one of them closes the client", async () => {
    const { client, server } = await rooms();
    const first: string[] = [];
    const second: string[] = [];
    client.watch("state", ({ to }) => {
      first.push(to);
      if (to === "Connected") void client.disconnect();
    });
    client.watch("state", ({ to }) => second.push(to));
    const connecting = client.connect();
    (await server.peer()).greet();
    await connecting;
    await client.disconnect();
    expect(first).toEqual(["Connecting", "Connected", "Closed"]);
    expect(second).toEqual(first);
  });

  it("do not begin an attempt when a listener closes the client at Connecting", async () => {
    const { client, server, timers } = await rooms();
    client.watch("state", () => void client.disconnect());
    expect((await failureOf(client.connect())).reason).toBe("disconnect");
    await settle();
    expect(server.connections).toBe(0);
    expect(timers.pending).toBe(0);
  });

  it("do not begin a delay when a listener closes the client at Reconnecting", async () => {
    const { client, peer, timers, recorder } = await connected();
    client.watch("state", ({ to }) => void (to === "Reconnecting" && client.disconnect()));
    peer.socket.terminate();
    await recorder.to("Closed");
    await client.disconnect();
    expect(timers.pending).toBe(0);
    expect(recorder.of("retry")).toEqual([]);
  });

  it("are the same on streams", async () => {
    const all = await streaming();
    all.stream.response.destroy();
    (await nextExchange(all)).answer(503);
    (await nextExchange(all)).open();
    await all.recorder.to("Connected");
    await all.client.disconnect();
    expect(all.recorder.moves).toEqual([
      "Idle>Connecting",
      "Connecting>Connected",
      "Connected>Reconnecting:lost",
      "Reconnecting>Connected",
      "Connected>Closed:disconnect",
    ]);
  });
});

describe("connect", () => {
  it("joins the running attempt, and is done at once when Connected", async () => {
    const { client, server } = await rooms();
    const calls = [client.connect(), client.connect()];
    (await server.peer()).greet();
    await Promise.all(calls);
    await within(client.connect(), "a connect while connected");
    expect(server.connections).toBe(1);
  });

  it("waits for the next Connected while Reconnecting", async () => {
    const all = await connected();
    all.peer.socket.terminate();
    await all.recorder.to("Reconnecting");
    const connecting = all.client.connect();
    (await reconnected(all)).greet();
    await within(connecting, "the next Connected");
    expect(all.server.connections).toBe(2);
  });

  it("fails with the reason of the end, before and after it", async () => {
    const { client } = await rooms();
    const connecting = client.connect();
    void client.disconnect();
    expect(await failureOf(connecting)).toMatchObject({ code: "closed", reason: "disconnect" });
    expect(await failureOf(client.connect())).toMatchObject({ code: "closed", reason: "disconnect" });
  });
});

describe("A closed client", () => {
  it("fails every call, keeps on, off and stats working, and never connects again", async () => {
    const { client, server, timers } = await rooms();
    void client.join("a");
    await client.disconnect();
    for (const call of [
      client.connect(),
      client.join("a"),
      client.leave("a"),
      client.send("a", 1),
      client.send("a", 1, { ack: true }),
      client.emit("x", []),
      client.emit("x", [], { volatile: true }),
    ]) {
      expect(await failureOf(call)).toMatchObject({ code: "closed", reason: "disconnect" });
    }
    const off = client.on("x", () => {});
    expect(client.stats).toEqual({ state: "Closed", handlers: 2, queued: 0, rooms: ["a"], cursor: null });
    off();
    expect(client.stats.handlers).toBe(1);
    timers.advance(1e9);
    expect(server.connections).toBe(0);
    expect(timers.pending).toBe(0);
  });

  it("fails the calls that wait: queued, unanswered, joins and leaves", async () => {
    const { client, peer } = await connected({}, "a");
    const calls = [client.send("a", 1, { ack: true }), client.join("b"), client.leave("a"), client.emit("x", [], { ack: true })];
    await peer.next("message");
    await client.disconnect();
    for (const call of calls) expect(await failureOf(call)).toMatchObject({ code: "closed", reason: "disconnect" });
  });

  it("tells nothing after Closed", async () => {
    const { client, peer, recorder } = await connected({}, "a");
    const gone = client.disconnect();
    peer.send({ type: "message", room: "a", cursor: "c1", content: 1 }, { type: "reset", reason: "trimmed" }, { type: "error", code: "internal" });
    await gone;
    await settle();
    expect(recorder.log.at(-1)).toEqual(["state", { from: "Connected", to: "Closed", reason: "disconnect" }]);
  });

  it("calls no further handler of the event in whose handler it was closed", async () => {
    const { client, peer, recorder } = await connected();
    const called: string[] = [];
    client.on("x", () => {
      called.push("first");
      void client.disconnect();
    });
    client.on("x", () => called.push("second"));
    peer.send({ type: "x" });
    await recorder.to("Closed");
    expect(called).toEqual(["first"]);
  });

  it("leaves no timer behind after its joins were answered by a listener's disconnect", async () => {
    const { client, server, timers, recorder } = await rooms();
    void client.join("a");
    client.watch("joined", () => void client.disconnect());
    void client.connect();
    const peer = await server.peer();
    peer.greet();
    await peer.join("c1");
    await recorder.to("Closed");
    await client.disconnect();
    expect(timers.pending).toBe(0);
  });
});

describe("disconnect", () => {
  it("ends within 2 s when the server never answers the closing handshake", async () => {
    const { client, peer, timers } = await connected();
    peer.socket.pause();
    const gone = within(client.disconnect(), "the end");
    await settle();
    timers.advance(2_000);
    await gone;
    expect(timers.pending).toBe(0);
    peer.socket.resume();
    expect((await peer.closed()).code).toBe(1000);
  });

  it("ends a socket that cannot be terminated within 2 s", async () => {
    class Stubborn {
      readyState = 0;
      binaryType = "";
      onopen = null;
      onmessage = null;
      onclose = null;
      onerror = null;
      send(): void {}
      close(): void {}
    }
    const { client, timers } = await rooms({ webSocket: Stubborn });
    void client.connect();
    const gone = within(client.disconnect(), "the end");
    timers.advance(2_000);
    await gone;
    expect(timers.pending).toBe(0);
  });

  it("waits for lines that earlier attempts left to close", async () => {
    const all = await rooms({ openMs: 1_000 });
    void all.client.connect();
    const peer = await all.server.peer();
    all.timers.advance(1_000);
    await all.recorder.next("retry");
    await within(all.client.disconnect(), "the end");
    await peer.closed();
    expect(all.timers.pending).toBe(0);
  });

  it("ends a stream whose fetch does not listen to its signal within 2 s", async () => {
    const { client, timers } = await events({ fetch: () => new Promise(() => {}) });
    void client.connect();
    await settle();
    const gone = within(client.disconnect(), "the end");
    await settle();
    timers.advance(2_000);
    await gone;
    expect(timers.pending).toBe(0);
  });

  it("leaves no timer and no line after many clients came and went", async () => {
    const all = await rooms();
    for (let round = 0; round < 200; round++) {
      const client = new RoomsClient(all.server.url, { webSocket: WebSocket, timers: all.timers });
      void client.join("a");
      void client.send("a", 1, { ack: true });
      void client.connect();
      if (round % 3 > 0) {
        const peer = await all.server.peer();
        peer.greet();
        if (round % 3 > 1) await peer.join("c1");
        await client.disconnect();
        await peer.closed();
      } else {
        await client.disconnect();
      }
    }
    expect(all.timers.pending).toBe(0);
  });

  it("lets a process end whose clients are closed", async () => {
    // The clock of the platform: a forgotten timer would be a handle of this process.
    const before = process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const { server } = await rooms();
    const client = new RoomsClient(server.url, { webSocket: WebSocket });
    afterwards(() => client.disconnect());
    const connecting = client.connect();
    (await server.peer()).greet();
    await connecting;
    await client.disconnect();
    const stream = new EventStreamClient("http://127.0.0.1:9/", { lastEventId: "x" });
    void stream.connect();
    await stream.disconnect();
    expect(process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length).toBeLessThanOrEqual(before);
  });
});
