import { WebSocket } from "ws";
import { describe, expect, it } from "vitest";
import { eventOf, readFrame, type Frame } from "../src/rooms/frames.js";
import { connected, reconnected } from "./support/rooms.js";

const event = (frame: object): ReturnType<typeof eventOf> => eventOf(readFrame(JSON.stringify(frame)));

describe("A frame's event", () => {
  it("has the fields beside type and cursor as its one argument", () => {
    expect(event({ type: "message", room: "a", cursor: "c1", from: "u2", content: { t: 1 } })).toEqual({
      type: "message",
      args: [{ room: "a", from: "u2", content: { t: 1 } }],
      cursor: "c1",
      room: "a",
    });
    expect(event({ type: "bare" })).toEqual({ type: "bare", args: [{}] });
  });

  it("has args as they are", () => {
    expect(event({ type: "x", args: [1, "two", { three: 3 }], cursor: "c1", room: "a" })).toEqual({
      type: "x",
      args: [1, "two", { three: 3 }],
      cursor: "c1",
      room: "a",
    });
    expect(event({ type: "x", args: [] })).toEqual({ type: "x", args: [] });
  });

  it("has an args field that is no list among its fields", () => {
    expect(event({ type: "x", args: "text" })).toEqual({ type: "x", args: [{ args: "text" }] });
  });

  it("is named inside when the wire uses the name itself", () => {
    expect(event({ type: "event", event: "joined", args: [{ type: "inner", cursor: 5 }], cursor: "c1" })).toEqual({
      type: "joined",
      args: [{ type: "inner", cursor: 5 }],
      cursor: "c1",
    });
    expect(() => event({ type: "event", args: [] })).toThrow("'event'");
    expect(() => event({ type: "event", event: "x" })).toThrow("'args'");
  });

  it("pollutes nothing with keys that look like prototypes", () => {
    const { args } = eventOf(readFrame('{"type":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(args[0])).toBe(Object.prototype);
    expect(Object.keys(args[0] as object)).toEqual(["__proto__", "constructor"]);
    expect((args[0] as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each(["", "{", "null", "5", "[]", '"text"', "{}", '{"type":5}', '{"type":null}'])("is not read from %s", (text) => {
    expect(() => readFrame(text)).toThrow();
  });

  it("is read at any depth", () => {
    const deep = `{"type":"x","args":[${"[".repeat(100_000)}${"]".repeat(100_000)}]}`;
    expect((readFrame(deep) as Frame).type).toBe("x");
  });
});

describe("The client", () => {
  it("hands reserved names out under their own name, and frames of the wire not at all", async () => {
    const { peer, events, recorder } = await connected({}, "a");
    peer.send(
      { type: "connected", clientId: "again" },
      { type: "authenticated", userId: "u1" },
      { type: "joined", room: "elsewhere", cursor: "c1" },
      { type: "left", room: "elsewhere" },
      { type: "ack", ref: 12345 },
      { type: "ack" },
      { type: "pong" },
      { type: "event", event: "pong", args: ["mine"] },
    );
    await recorder.next("event");
    expect(events).toEqual([{ value: "mine", meta: { type: "pong", args: ["mine"] } }]);
    expect(recorder.of("error")).toEqual([]);
    expect(recorder.of("joined")).toHaveLength(1);
  });

  it("gets over everything that is unreadable, and tells it as bad-frame", async () => {
    const { client, peer, recorder } = await connected();
    for (const text of ["{nope", "[]", "null", '{"type":7}', '{"type":"event"}', ""]) peer.socket.send(text);
    peer.socket.send(Buffer.from('{"type":"binary"}'), { binary: true });
    peer.send({ type: "error", code: "internal", message: "by itself" }, { type: "error" }, { type: "marker" });
    await recorder.next("event", ({ type }) => type === "marker");
    expect(recorder.of("error").map(({ code }) => code)).toEqual([...Array.from({ length: 7 }, () => "bad-frame"), "internal", "unknown"]);
    expect(client.state).toBe("Connected");
  });

  it("loses the line by a frame too large for it, and comes back", async () => {
    class Small extends WebSocket {
      constructor(url: string) {
        super(url, { maxPayload: 100 });
      }
    }
    const all = await connected({ webSocket: Small });
    all.peer.send({ type: "x", pad: "x".repeat(200) });
    expect(await all.recorder.to("Reconnecting")).toMatchObject({ reason: "lost" });
    (await reconnected(all)).greet();
    await all.recorder.to("Connected");
  });

  it("loses the line by text that is not UTF-8, and comes back", async () => {
    const all = await connected();
    all.peer.socket.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false });
    expect(await all.recorder.to("Reconnecting")).toMatchObject({ reason: "lost" });
    (await reconnected(all)).greet();
    await all.recorder.to("Connected");
  });
});
