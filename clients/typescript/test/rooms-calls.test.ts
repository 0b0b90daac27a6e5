import { WebSocket } from "ws";
import { describe, expect, it } from "vitest";
import { connected, reconnected, rooms } from "./support/rooms.js";
import type { Peer } from "./support/rooms-server.js";
import { failureOf, settle, within } from "./support/waits.js";

async function contents(peer: Peer, count: number): Promise<unknown[]> {
  const came = [];
  for (let i = 0; i < count; i++) came.push((await peer.next("message")).content);
  return came;
}

describe("A call", () => {
  it("without ack is done when an open line has it, and carries no ref", async () => {
    const { client, peer } = await connected({}, "a");
    expect(await within(client.send("a", { t: "hi" }), "the call")).toEqual({});
    expect(await peer.next("message")).toEqual({ type: "message", room: "a", content: { t: "hi" } });
    expect(await within(client.emit("note", [1, "two"]), "the call")).toBeUndefined();
    expect(await peer.next("note")).toEqual({ type: "note", args: [1, "two"] });
  });

  it("with ack is answered with the message's cursor, or with what the handler acked", async () => {
    const { client, peer } = await connected({}, "a");
    const sent = client.send("a", 1, { ack: true });
    const asked = client.emit("ask", [{ value: 5 }], { ack: true });
    const first = await peer.next("message");
    const second = await peer.next("ask");
    expect(first.ref).not.toBe(second.ref);
    peer.send({ type: "ack", ref: second.ref, data: { echo: 5 } }, { type: "ack", ref: String(first.ref), cursor: "c1" });
    expect(await asked).toEqual({ echo: 5 });
    expect(await sent).toEqual({ cursor: "c1" });
  });

  it("that is refused fails with the server's code", async () => {
    const { client, peer, recorder } = await connected();
    const sent = client.send("a", 1, { ack: true });
    const { ref } = await peer.next("message");
    peer.send({ type: "error", code: "not_joined", message: "join first", room: "a", ref });
    expect(await failureOf(sent)).toMatchObject({ name: "FanfareError", code: "refused", error: "not_joined", message: "join first" });
    expect(recorder.of("error")).toEqual([]);
  });

  it("without ack that is refused is told as an error", async () => {
    const { client, peer, recorder } = await connected();
    void client.send("a", 1);
    await peer.next("message");
    peer.send({ type: "error", code: "not_joined", message: "join first", room: "a" });
    expect(await recorder.next("error")).toEqual({ code: "not_joined", message: "join first" });
  });

  it("that cannot be written throws at once and takes no place", async () => {
    const { client } = await rooms();
    const circle: { self?: object } = {};
    circle.self = circle;
    expect(() => client.send("a", circle)).toThrow(TypeError);
    expect(() => client.emit("x", [1n])).toThrow(TypeError);
    expect(() => client.send(5 as never, "x")).toThrow(TypeError);
    expect(() => client.join(undefined as never)).toThrow(TypeError);
    expect(client.stats.queued).toBe(0);
  });

  it("is written when it is made: what changes later does not go out", async () => {
    const { client, server } = await rooms();
    const content = { t: "before" };
    void client.send("a", content);
    content.t = "after";
    void client.connect();
    const peer = await server.peer();
    peer.greet();
    expect((await peer.next("message")).content).toEqual({ t: "before" });
  });

  it("has binary values as base64 texts", async () => {
    const { client, peer } = await connected();
    void client.emit("x", [new Uint8Array([255, 0, 1]), { b: Buffer.from("hi"), c: new Uint8Array([1, 2]).buffer, d: "text" }]);
    expect((await peer.next("x")).args).toEqual(["/wAB", { b: "aGk=", c: "AQI=", d: "text" }]);
  });

  it.each(["authenticate", "refresh", "join", "leave", "ping"])("cannot emit '%s', which belongs to the wire", async (type) => {
    const { client } = await rooms();
    expect(() => client.emit(type, [])).toThrow(TypeError);
  });

  it("that nobody awaits may fail without ending the process", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on("unhandledRejection", note);
    const { client } = await rooms({ queueSize: 0 });
    void client.connect();
    void client.join("a");
    void client.send("a", 1);
    void client.emit("x", []);
    await client.disconnect();
    void client.leave("a");
    await settle();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});

describe("The queue", () => {
  it("takes calls while not connected, in their order, and is bounded: the newest fails at once", async () => {
    const { client, server } = await rooms({ queueSize: 2 });
    void client.send("a", 1);
    void client.send("a", 2, { ack: true });
    expect(client.stats.queued).toBe(2);
    expect(await failureOf(client.send("a", 3))).toMatchObject({ code: "queue-full" });
    expect(await failureOf(client.emit("x", []))).toMatchObject({ code: "queue-full" });
    void client.connect();
    const peer = await server.peer();
    peer.greet();
    expect(await contents(peer, 2)).toEqual([1, 2]);
    expect(client.stats.queued).toBe(0);
  });

  it("holds 1,000 calls by default", async () => {
    const { client } = await rooms();
    for (let i = 0; i < 1_000; i++) void client.send("a", i);
    expect(client.stats.queued).toBe(1_000);
    expect(await failureOf(client.send("a", "one more"))).toMatchObject({ code: "queue-full" });
  });


  it("is bounded also while a line that closes is not gone yet", async () => {
    const sockets: WebSocket[] = [];
    class Noted extends WebSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    }
    const { client, peer } = await connected({ webSocket: Noted, queueSize: 1 });
    // The closing handshake has begun and takes its time: the state is still Connected.
    peer.socket.pause();
    sockets[0]!.close();
    expect(client.state).toBe("Connected");
    void client.send("a", 1);
    expect(await failureOf(client.send("a", 2))).toMatchObject({ code: "queue-full" });
    expect(await within(client.emit("x", [], { volatile: true }), "a volatile call")).toBeUndefined();
    expect(client.stats.queued).toBe(1);
    sockets[0]!.terminate();
  });

  it("does not bound calls while connected", async () => {
    const { client, peer } = await connected({ queueSize: 0 });
    void client.send("a", 1);
    expect(await contents(peer, 1)).toEqual([1]);
  });

  it("drops what is volatile instead of keeping it", async () => {
    const { client, server, recorder } = await rooms();
    expect(await within(client.emit("typing", [], { volatile: true }), "a volatile call")).toBeUndefined();
    expect(await within(client.emit("typing", [], { volatile: true, ack: true }), "a volatile call")).toBeUndefined();
    expect(client.stats.queued).toBe(0);
    void client.connect();
    const peer = await server.peer();
    peer.greet();
    await recorder.to("Connected");
    void client.emit("typing", ["now"], { volatile: true });
    expect((await peer.next("typing")).args).toEqual(["now"]);
  });

  it("sends again what has no ack yet, before all later calls, until it is answered", async () => {
    const all = await connected({}, "a");
    const first = all.client.send("a", 1, { ack: true });
    const second = all.client.send("a", 2, { ack: true });
    void all.client.send("a", "unacked");
    const [one] = [await all.peer.next("message"), await all.peer.next("message"), await all.peer.next("message")];
    all.peer.send({ type: "ack", ref: one.ref, cursor: "c1" });
    expect(await first).toEqual({ cursor: "c1" });
    all.peer.socket.terminate();
    await all.recorder.to("Reconnecting");
    const third = all.client.send("a", 3, { ack: true });
    expect(all.client.stats.queued).toBe(2);
    const again = await reconnected(all);
    again.greet();
    await again.join("c1", { recovered: true });
    expect(await contents(again, 2)).toEqual([2, 3]);
    again.socket.terminate();
    const last = await reconnected(all);
    last.greet();
    await last.join("c1", { recovered: true });
    const two = await last.next("message");
    const three = await last.next("message");
    last.send({ type: "ack", ref: two.ref, cursor: "c2" }, { type: "ack", ref: three.ref, cursor: "c3" });
    expect([await second, await third]).toEqual([{ cursor: "c2" }, { cursor: "c3" }]);
    expect(last.received.map(({ content }) => content).filter((content) => content !== undefined)).toEqual([2, 3]);
  });

  it("does not count calls that wait again against its bound", async () => {
    const all = await connected({ queueSize: 2 }, "a");
    for (let i = 0; i < 5; i++) void all.client.send("a", i, { ack: true });
    await contents(all.peer, 5);
    all.peer.socket.terminate();
    await all.recorder.to("Reconnecting");
    void all.client.send("a", 5);
    void all.client.send("a", 6);
    expect(all.client.stats.queued).toBe(7);
    expect(await failureOf(all.client.send("a", 7))).toMatchObject({ code: "queue-full" });
    const again = await reconnected(all);
    again.greet();
    await again.join("c1", { recovered: true });
    expect(await contents(again, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("does not send again what is volatile", async () => {
    const all = await connected();
    const call = all.client.emit("x", [], { ack: true, volatile: true });
    await all.peer.next("x");
    all.peer.socket.terminate();
    expect(await within(call, "the volatile call")).toBeUndefined();
    expect(all.client.stats.queued).toBe(0);
  });

  it("stays as it is when the line closes in the middle of it", async () => {
    const all = await rooms();
    for (let i = 0; i < 20; i++) void all.client.send("a", i, { ack: true });
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    await peer.next("message");
    peer.socket.terminate();
    const again = await reconnected(all);
    again.greet();
    expect(await contents(again, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});

describe("The time that a call may take", () => {
  it("counts from the call, in the queue too: what timed out there is never sent", async () => {
    const all = await rooms();
    const call = all.client.send("a", "old", { ack: true, timeoutMs: 1_000 });
    void all.client.send("a", "kept");
    all.timers.advance(1_000);
    expect(await failureOf(call)).toMatchObject({ code: "timed-out" });
    expect(all.client.stats.queued).toBe(1);
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    expect(await contents(peer, 1)).toEqual(["kept"]);
  });

  it("ends the wait for an ack; a late ack is ignored", async () => {
    const { client, peer, timers, recorder } = await connected();
    const call = client.send("a", 1, { ack: true, timeoutMs: 500 });
    const { ref } = await peer.next("message");
    timers.advance(499);
    await settle();
    timers.advance(1);
    expect(await failureOf(call)).toMatchObject({ code: "timed-out" });
    peer.send({ type: "ack", ref, cursor: "c1" }, { type: "error", ref, code: "internal", message: "late" }, { type: "marker" });
    await recorder.next("event");
    expect(recorder.of("error")).toEqual([]);
    expect(client.state).toBe("Connected");
  });

  it("is not sent again after it is over", async () => {
    const all = await connected();
    const call = all.client.send("a", 1, { ack: true, timeoutMs: 500 });
    await all.peer.next("message");
    all.peer.socket.terminate();
    await all.recorder.to("Reconnecting");
    all.timers.advance(500);
    expect(await failureOf(call)).toMatchObject({ code: "timed-out" });
    expect(all.client.stats.queued).toBe(0);
  });

  it("is ackMs by default with ack, and without end for others", async () => {
    const { client, timers } = await rooms({ ackMs: 2_000 });
    const acked = client.send("a", 1, { ack: true });
    void client.send("a", 2);
    timers.advance(2_000);
    expect(await failureOf(acked)).toMatchObject({ code: "timed-out" });
    timers.advance(1e6);
    expect(client.stats.queued).toBe(1);
  });

  it("leaves no timer when the answer came", async () => {
    const { client, peer, timers } = await connected();
    const before = timers.pending;
    const call = client.send("a", 1, { ack: true });
    expect(timers.pending).toBe(before + 1);
    peer.send({ type: "ack", ref: (await peer.next("message")).ref });
    await call;
    expect(timers.pending).toBe(before);
  });
});
