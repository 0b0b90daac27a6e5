import { describe, expect, it, vi } from "vitest";
import { FanfareError, RoomsClient } from "../src/index.js";
import { streaming } from "./support/events.js";
import { connected, rooms } from "./support/rooms.js";
import { settle } from "./support/waits.js";

describe("Handlers", () => {
  it("run in the order in which they were added, those of * among them, each once", async () => {
    const { client, peer, recorder } = await connected();
    const called: string[] = [];
    client.on("x", () => called.push("x1"));
    client.on("*", () => called.push("*"));
    client.on("x", () => called.push("x2"));
    client.on("y", () => called.push("y"));
    peer.send({ type: "x" }, { type: "marker" });
    await recorder.next("event", ({ type }) => type === "marker");
    expect(called).toEqual(["x1", "*", "x2", "*"]);
  });

  it("of * are called once for an event that is named * itself", async () => {
    const { client, peer, recorder, events } = await connected();
    const star = vi.fn();
    client.on("*", star);
    peer.send({ type: "*", n: 1 }, { type: "marker" });
    await recorder.next("event", ({ type }) => type === "marker");
    expect(star).toHaveBeenCalledTimes(2);
    expect(events.map(({ meta }) => meta.type)).toEqual(["*", "marker"]);
  });

  it("get the first argument and what else is known", async () => {
    const { client, peer, recorder } = await connected();
    const handler = vi.fn();
    client.on("x", handler);
    peer.send({ type: "x", args: [1, 2], cursor: "c1", room: "a" }, { type: "x", args: [] });
    await recorder.next("event");
    await recorder.next("event");
    expect(handler.mock.calls).toEqual([
      [1, { type: "x", args: [1, 2], cursor: "c1", room: "a" }],
      [undefined, { type: "x", args: [] }],
    ]);
  });

  it("are removed one by one by the function that on returned, also when one was added twice", async () => {
    const { client, peer, recorder } = await connected();
    const handler = vi.fn();
    const off = client.on("x", handler);
    client.on("x", handler);
    expect(client.stats.handlers).toBe(3);
    off();
    off();
    expect(client.stats.handlers).toBe(2);
    peer.send({ type: "x" });
    await recorder.next("event");
    await settle();
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it("removed while an event is handed out are not called; added ones wait for the next", async () => {
    const { client, peer, recorder } = await connected();
    const removed = vi.fn();
    const added = vi.fn();
    client.on("x", () => {
      off();
      client.on("x", added);
    });
    const off = client.on("x", removed);
    peer.send({ type: "x" }, { type: "marker" });
    await recorder.next("event", ({ type }) => type === "marker");
    expect(removed).not.toHaveBeenCalled();
    expect(added).not.toHaveBeenCalled();
  });

  it("that throw, or whose promise fails, are told as an error; the others run and the line stays", async () => {
    const { client, peer, recorder } = await connected();
    const after = vi.fn();
    client.on("x", () => {
      throw new Error("broken");
    });
    client.on("x", async () => {
      throw new Error("broken later");
    });
    client.on("x", () => {
      throw "a text";
    });
    client.on("x", after);
    peer.send({ type: "x" }, { type: "x" }, { type: "marker" });
    await recorder.next("event", ({ type }) => type === "marker");
    await settle();
    expect(after).toHaveBeenCalledTimes(2);
    expect(recorder.of("error").map(({ code, message }) => `${code}: ${message}`).sort()).toEqual([
      "handler: a text",
      "handler: a text",
      "handler: broken",
      "handler: broken",
      "handler: broken later",
      "handler: broken later",
    ]);
    expect(client.state).toBe("Connected");
  });

  it("that throw on a stream do not end it", async () => {
    const { client, stream, recorder } = await streaming();
    client.on("message", () => {
      throw new Error("broken");
    });
    stream.write("data: 1\n\ndata: 2\n\n");
    await recorder.next("error");
    await recorder.next("error");
    expect(client.state).toBe("Connected");
  });

  it("must be functions", async () => {
    const { client } = await rooms();
    expect(() => client.on("x", undefined as never)).toThrow(TypeError);
    expect(() => client.watch("state", "x" as never)).toThrow(TypeError);
  });

  it("can be typed by the events' names", async () => {
    interface Events {
      message: { content: string };
    }
    const typed: RoomsClient<Events> = new RoomsClient<Events>("ws://127.0.0.1:9/", { webSocket: class {} as never });
    typed.on("message", (message) => message.content.length);
    typed.on("*", (_value, meta) => meta.type);
    // @ts-expect-error -- no event of this name
    typed.on("unknown", () => {});
    // @ts-expect-error -- the value has no such field
    typed.on("message", (message) => message.text);
    expect(typed.stats.handlers).toBe(4);
  });
});

describe("Listeners of notices", () => {
  it("are removed by the function that watch returned, and no others", async () => {
    const { client, peer, recorder } = await connected();
    const removed = vi.fn();
    const kept = vi.fn();
    const off = client.watch("reset", removed);
    client.watch("reset", kept);
    off();
    peer.send({ type: "reset", reason: "x" });
    await recorder.next("reset");
    await settle();
    expect(removed).not.toHaveBeenCalled();
    expect(kept).toHaveBeenCalledTimes(1);
  });

  it("that throw are told as an error, and disturb neither the others nor the client", async () => {
    const { client, server } = await rooms();
    const errors: string[] = [];
    const states: string[] = [];
    client.watch("state", () => {
      throw new Error("broken");
    });
    client.watch("state", ({ to }) => states.push(to));
    client.watch("error", ({ code, message }) => errors.push(`${code}: ${message}`));
    const connecting = client.connect();
    (await server.peer()).greet();
    await connecting;
    expect(states).toEqual(["Connecting", "Connected"]);
    expect(errors).toEqual(["handler: broken", "handler: broken"]);
  });

  it("of errors that throw end in the console", async () => {
    const { client, peer, recorder } = await connected();
    const told = vi.spyOn(console, "error").mockImplementation(() => {});
    client.watch("error", () => {
      throw new Error("broken");
    });
    peer.send({ type: "error", code: "internal", message: "x" });
    await recorder.next("error");
    await settle();
    expect(told).toHaveBeenCalledTimes(1);
    told.mockRestore();
  });
});

describe("A FanfareError", () => {
  it("is an error with a code, and has nothing that does not belong to it", () => {
    const error = new FanfareError("queue-full", "full");
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe("FanfareError: full");
    expect("reason" in error || "error" in error).toBe(false);
  });
});
