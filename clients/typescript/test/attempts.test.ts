import { describe, expect, it } from "vitest";
import { Backoff } from "../src/backoff.js";
import { RoomsClient, type RoomsClientOptions } from "../src/index.js";
import { events, nextExchange, streaming } from "./support/events.js";
import { FakeTimers } from "./support/fake-timers.js";
import { connected, reconnected, rooms } from "./support/rooms.js";
import { failureOf, settle } from "./support/waits.js";

describe("The delay before an attempt", () => {
  const backoff = (random: () => number, timers = new FakeTimers()): Backoff => new Backoff({ baseMs: 100, capMs: 1_000, random, timers });

  it("doubles its span from the base up to the cap, and starts again after Connected", () => {
    const delays = backoff(() => 1 - Number.EPSILON);
    expect(Array.from({ length: 6 }, () => delays.nextMs())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    delays.reset();
    expect(delays.nextMs()).toBe(100);
  });

  it("is anything from nothing to its span: full jitter", () => {
    expect(backoff(() => 0).nextMs()).toBe(0);
    expect(backoff(() => 0.25).nextMs()).toBe(25);
    const delays = backoff(Math.random);
    for (let k = 0; k < 200; k++) {
      const delayMs = delays.nextMs();
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(Math.min(1_000, 100 * 2 ** k));
    }
  });

  it("stays finite after any number of failures, with any base and cap", () => {
    for (const [baseMs, capMs] of [[0, 0], [0, Number.POSITIVE_INFINITY], [1, Number.POSITIVE_INFINITY]] as const) {
      const delays = new Backoff({ baseMs, capMs, random: () => 0.999, timers: new FakeTimers() });
      for (let k = 0; k < 3_000; k++) {
        const delayMs = delays.nextMs();
        expect(delayMs >= 0 && delayMs <= 2_147_483_647).toBe(true);
      }
    }
  });

  it("has a floor once, or until another comes, or counted from a moment; the highest counts", () => {
    const timers = new FakeTimers();
    const delays = backoff(() => 0, timers);
    delays.floorOnce(300);
    expect([delays.nextMs(), delays.nextMs()]).toEqual([300, 0]);
    delays.floorAtCap();
    expect([delays.nextMs(), delays.nextMs()]).toEqual([1_000, 0]);
    delays.floorFromNow(500);
    timers.advance(200);
    expect([delays.nextMs(), delays.nextMs()]).toEqual([300, 0]);
    delays.keepFloor(40);
    delays.floorOnce(30);
    expect([delays.nextMs(), delays.nextMs()]).toEqual([40, 40]);
    delays.keepFloor(0);
    expect(delays.nextMs()).toBe(0);
  });

  it("never exceeds what timers can hold, whatever the server asks for", () => {
    const delays = backoff(() => 0);
    delays.keepFloor(Number("9".repeat(400)));
    expect(delays.nextMs()).toBe(2_147_483_647);
  });
});

describe("Attempts", () => {
  it("begin at once with the first one", async () => {
    const { client, server } = await rooms();
    void client.connect();
    await server.peer();
  });

  it("wait for the whole delay that was told", async () => {
    const { client, server, timers, recorder } = await rooms({ baseMs: 1_000 });
    void client.connect();
    (await server.peer()).socket.terminate();
    const { delayMs } = await recorder.next("retry");
    timers.advance(delayMs - 1);
    await settle();
    expect(server.connections).toBe(1);
    timers.advance(1);
    await server.peer();
  });

  it("go on without a limit by default", async () => {
    const all = await rooms({ baseMs: 1, capMs: 1 });
    void all.client.connect();
    let peer = await all.server.peer();
    for (let attempt = 0; attempt < 30; attempt++) {
      peer.socket.terminate();
      peer = await reconnected(all);
    }
    expect(all.client.state).toBe("Connecting");
  });

  it("end after the limit: gave-up is told first, then Closed", async () => {
    const all = await rooms({ limit: 3 });
    const connecting = all.client.connect();
    (await all.server.peer()).socket.terminate();
    (await reconnected(all)).socket.terminate();
    (await reconnected(all)).socket.terminate();
    expect(await failureOf(connecting)).toMatchObject({ code: "closed", reason: "gave-up" });
    expect(all.recorder.log.slice(-2)).toEqual([
      ["gave-up", { attempts: 3 }],
      ["state", { from: "Connecting", to: "Closed", reason: "gave-up" }],
    ]);
    expect(all.recorder.of("retry")).toHaveLength(2);
    expect(all.timers.pending).toBe(0);
  });

  it("are counted anew after Connected", async () => {
    const all = await rooms({ limit: 2 });
    void all.client.connect();
    (await all.server.peer()).socket.terminate();
    const peer = await reconnected(all);
    peer.greet();
    await all.recorder.to("Connected");
    peer.socket.terminate();
    (await reconnected(all)).socket.terminate();
    (await reconnected(all)).socket.terminate();
    await all.recorder.to("Closed");
    expect(all.recorder.of("gave-up")).toEqual([{ attempts: 2 }]);
    expect(all.recorder.moves.at(-1)).toBe("Reconnecting>Closed:gave-up");
    expect(all.server.connections).toBe(4);
  });

  it("fail when nobody listens", async () => {
    const { client, server, recorder } = await rooms({ limit: 1 });
    await new Promise((resolve) => server.http.close(resolve));
    const failure = await failureOf(client.connect());
    expect(failure).toMatchObject({ code: "closed", reason: "gave-up" });
    expect(recorder.of("retry")).toEqual([]);
  });

  it("fail when the WebSocket cannot be made, and when it says nothing within openMs", async () => {
    let made = 0;
    class Throwing {
      constructor() {
        made += 1;
        throw new Error("no socket");
      }
    }
    const { client, timers, recorder } = await rooms({ webSocket: Throwing as unknown as NonNullable<RoomsClientOptions["webSocket"]> });
    void client.connect();
    expect(await recorder.next("retry")).toMatchObject({ attempt: 2, reason: "lost", text: "no socket" });
    timers.advance(500);
    await recorder.next("retry");
    expect(made).toBe(2);
  });

  it("count as failed after openMs, the token source and the joins included", async () => {
    const { client, server, timers, recorder } = await rooms({ openMs: 2_000 });
    void client.join("a");
    void client.connect();
    const peer = await server.peer();
    peer.greet();
    await peer.next("join");
    timers.advance(1_999);
    expect(recorder.of("retry")).toEqual([]);
    timers.advance(1);
    expect((await recorder.next("retry")).reason).toBe("silent");
    await peer.closed();

    const slow = await rooms({ openMs: 2_000, token: () => new Promise(() => {}) });
    void slow.client.connect();
    slow.timers.advance(2_000);
    expect((await slow.recorder.next("retry")).reason).toBe("silent");
    expect(slow.server.connections).toBe(0);
  });

  it("have no limit of time left once Connected", async () => {
    const { client, timers, peer } = await connected({ openMs: 1_000 });
    timers.advance(5_000);
    await settle();
    expect(client.state).toBe("Connected");
    expect(peer.received).toEqual([]);
  });
});

describe("The token source", () => {
  it("is asked before each attempt, and its token goes out with it", async () => {
    let asked = 0;
    const all = await rooms({ token: async () => `token-${asked++}` });
    void all.client.connect();
    const first = await all.server.peer();
    first.greet();
    expect((await first.authenticate()).token).toBe("token-0");
    await all.recorder.to("Connected");
    first.socket.terminate();
    const second = await reconnected(all);
    second.greet();
    expect((await second.authenticate()).token).toBe("token-1");
    expect(asked).toBe(2);
  });

  it.each([
    ["throws", () => { throw new Error("offline"); }, "offline"],
    ["fails", () => Promise.reject(new Error("offline")), "offline"],
    ["gives no text", () => undefined as unknown as string, "The token source gave no text."],
  ])("fails the attempt when it %s; the next one asks again", async (_how, fail, text) => {
    let asked = 0;
    const all = await rooms({ token: () => (asked++ === 0 ? fail() : "good") });
    void all.client.connect();
    expect(await all.recorder.next("retry")).toEqual({ attempt: 2, delayMs: 500, reason: "lost", text });
    expect(all.server.connections).toBe(0);
    all.timers.advance(500);
    const peer = await all.server.peer();
    peer.greet();
    expect((await peer.authenticate()).token).toBe("good");
    await all.recorder.to("Connected");
  });

  it("is not used after a disconnect that came while it was asked", async () => {
    let give: (token: string) => void = () => {};
    const { client, server, timers } = await rooms({ token: () => new Promise((resolve) => (give = resolve)) });
    void client.connect();
    await client.disconnect();
    give("late");
    await settle();
    expect(server.connections).toBe(0);
    expect(timers.pending).toBe(0);
  });

  it("can be left out: then the client does not authenticate", async () => {
    const { peer, client } = await connected({}, "a");
    void client.send("a", "first");
    await peer.next("message");
    expect(peer.received.map(({ type }) => type)).toEqual(["join", "message"]);
  });
});

describe("Floors that a server asks for", () => {
  it("afterMs of a reconnect frame counts from the frame, once; the client stays until the server closes", async () => {
    const all = await connected({ baseMs: 0 });
    all.peer.send({ type: "reconnect", afterMs: 5_000 }, { type: "marker" });
    await all.recorder.next("event");
    all.timers.advance(1_000);
    expect(all.client.state).toBe("Connected");
    all.peer.socket.close(1001, "server shutting down");
    expect(await all.recorder.next("retry")).toEqual({ attempt: 1, delayMs: 4_000, reason: "server", code: 1001, text: "server shutting down" });
    all.timers.advance(4_000);
    (await all.server.peer()).socket.terminate();
    expect((await all.recorder.next("retry")).delayMs).toBe(0);
  });

  it("a reconnect frame that cannot be read asks for nothing", async () => {
    const all = await connected({ baseMs: 0 });
    all.peer.send({ type: "reconnect" }, { type: "reconnect", afterMs: "5" }, { type: "reconnect", afterMs: -5 });
    all.peer.socket.close(1001);
    expect((await all.recorder.next("retry")).delayMs).toBe(0);
  });

  it("close code 4429 asks for the cap, once", async () => {
    const all = await connected({ baseMs: 0, capMs: 7_000 });
    all.peer.socket.close(4429, "rate limited");
    expect(await all.recorder.next("retry")).toMatchObject({ delayMs: 7_000, reason: "server", code: 4429 });
    all.timers.advance(7_000);
    (await all.server.peer()).socket.terminate();
    expect((await all.recorder.next("retry")).delayMs).toBe(0);
  });

  it("Retry-After counts once, on a refused WebSocket request too", async () => {
    const all = await rooms({ baseMs: 0 });
    all.server.refuse = (_request, answer) => answer("429 Too Many Requests\r\nRetry-After: 3");
    void all.client.connect();
    expect(await all.recorder.next("retry")).toMatchObject({ delayMs: 3_000, reason: "lost", text: "the request was answered with 429" });
    all.server.refuse = undefined;
    all.timers.advance(3_000);
    (await all.server.peer()).socket.terminate();
    expect((await all.recorder.next("retry")).delayMs).toBe(0);
  });

  it("Retry-After of a stream counts once; a date is not read", async () => {
    const all = await events({ baseMs: 0 });
    void all.client.connect();
    (await all.server.exchange()).answer(503, { "retry-after": "2" });
    expect((await all.recorder.next("retry")).delayMs).toBe(2_000);
    all.timers.advance(2_000);
    (await all.server.exchange()).answer(503, { "retry-after": "Wed, 21 Oct 2065 07:28:00 GMT" });
    expect((await all.recorder.next("retry")).delayMs).toBe(0);
  });

  it("retry of a stream is kept until another comes; other than digits is ignored", async () => {
    const all = await streaming({ baseMs: 0 });
    all.stream.write("retry: 900\n\nretry: 12x\n\nretry:\n\nretry: -1\n\n").response.end();
    expect((await all.recorder.next("retry")).delayMs).toBe(900);
    all.timers.advance(900);
    (await all.server.exchange()).answer(500);
    expect((await all.recorder.next("retry")).delayMs).toBe(900);
    all.timers.advance(900);
    (await all.server.exchange()).open().write("retry: 5\n\n").response.end();
    expect((await all.recorder.next("retry")).delayMs).toBe(5);
  });

  it("retry of a stream adds to the jitter", async () => {
    const all = await streaming({ baseMs: 1_000 });
    all.stream.write("retry: 900\n\n").response.end();
    expect((await all.recorder.next("retry")).delayMs).toBe(1_400);
    await nextAfter(all, 1_400);
  });

  async function nextAfter(all: Awaited<ReturnType<typeof streaming>>, delayMs: number): Promise<void> {
    all.timers.advance(delayMs - 1);
    await settle();
    expect(all.server.requests).toBe(1);
    all.timers.advance(1);
    await all.server.exchange();
  }
});

describe("Options", () => {
  it.each([
    [{ baseMs: -1 }],
    [{ capMs: Number.NaN }],
    [{ limit: 0 }],
    [{ openMs: "5" as unknown as number }],
    [{ queueSize: -1 }],
    [{ pingMs: -1 }],
  ])("out of range are told by name: %o", (options: RoomsClientOptions) => {
    const make = (): RoomsClient => new RoomsClient("ws://127.0.0.1/", { webSocket: class {} as never, ...options });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(Object.keys(options)[0]!);
  });

  it("need a URL and a WebSocket that can be used", () => {
    expect(() => new RoomsClient("nowhere", { webSocket: class {} as never })).toThrow(TypeError);
    expect(() => new RoomsClient("ftp://127.0.0.1/", { webSocket: class {} as never })).toThrow(TypeError);
    if (globalThis.WebSocket === undefined) expect(() => new RoomsClient("ws://127.0.0.1/")).toThrow("'webSocket'");
  });

  it("take http and https for ws and wss", async () => {
    const urls: string[] = [];
    class Noting {
      constructor(url: string) {
        urls.push(url);
        throw new Error("noted");
      }
    }
    for (const url of ["http://127.0.0.1/ws?x=1#part", "https://127.0.0.1/ws", new URL("wss://127.0.0.1/ws")]) {
      const client = new RoomsClient(url, { webSocket: Noting as never, timers: new FakeTimers() });
      void client.connect();
      await settle();
      await client.disconnect();
    }
    expect(urls).toEqual(["ws://127.0.0.1/ws?x=1", "wss://127.0.0.1/ws", "wss://127.0.0.1/ws"]);
  });
});

describe("A stream's attempts", () => {
  it("fail when nobody listens, and when no answer comes within openMs", async () => {
    const { client, timers, recorder, server } = await events({ openMs: 1_000 });
    void client.connect();
    const exchange = await server.exchange();
    timers.advance(1_000);
    expect((await recorder.next("retry")).reason).toBe("silent");
    await exchange.closed();

    const nobody = await events({ fetch: () => Promise.reject(new TypeError("fetch failed")) });
    void nobody.client.connect();
    expect(await nobody.recorder.next("retry")).toMatchObject({ reason: "lost", text: "fetch failed" });
  });

  it("survive a fetch that throws at once", async () => {
    const { client, recorder, timers } = await events({ fetch: () => { throw new Error("no fetch"); } });
    void client.connect();
    await recorder.next("retry");
    timers.advance(500);
    expect(await recorder.next("retry")).toMatchObject({ attempt: 3, reason: "lost", text: "no fetch" });
  });

  it("go on after a body that ends or breaks", async () => {
    const all = await streaming();
    all.stream.response.end();
    (await nextExchange(all)).open().response.destroy();
    (await nextExchange(all)).open();
    await all.recorder.to("Connected");
    expect(all.client.state).toBe("Connected");
  });
});
