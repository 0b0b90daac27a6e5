import { describe, expect, it } from "vitest";
import { nextExchange, streaming } from "./support/events.js";

describe("An event-stream client", () => {
  it("shows its token, reads events, and resumes from its position with a new token", async () => {
    const tokens = ["one", "two"];
    const all = await streaming({ token: () => tokens.shift() ?? "none", headers: { "x-app": "chat" } });
    const { client, stream, events, recorder } = all;
    expect(stream.header("authorization")).toBe("Bearer one");
    expect(stream.header("accept")).toBe("text/event-stream");
    expect(stream.header("x-app")).toBe("chat");
    expect(stream.header("last-event-id")).toBeUndefined();
    stream.write(': hi\n\nretry: 700\nid: c0\nevent: connected\ndata: {"time":1}\n\n');
    stream.write('id: c1\nevent: message\ndata: {"room":"a","content":"one"}\n\n');
    await recorder.next("event");
    expect(client.stats.cursor).toBe("c1");
    stream.response.end();
    const again = await nextExchange(all);
    expect(recorder.of("retry")).toEqual([{ attempt: 1, delayMs: 1_200, reason: "lost", text: "the stream ended" }]);
    expect(again.header("authorization")).toBe("Bearer two");
    expect(again.header("last-event-id")).toBe("c1");
    again.open().write('id: c1\nevent: message\ndata: {"room":"a","content":"one"}\n\nid: c2\nevent: message\ndata: [1,2]\n\n');
    await recorder.next("event");
    expect(events).toEqual([
      {
        value: { room: "a", content: "one" },
        meta: { type: "message", args: [{ room: "a", content: "one" }], cursor: "c1", room: "a", data: '{"room":"a","content":"one"}' },
      },
      { value: [1, 2], meta: { type: "message", args: [[1, 2]], cursor: "c2", data: "[1,2]" } },
    ]);
    expect(recorder.moves).toEqual(["Idle>Connecting", "Connecting>Connected", "Connected>Reconnecting:lost", "Reconnecting>Connected"]);
  });

  it("ends for good on disconnect, with no timer and no request left", async () => {
    const { client, stream, timers, recorder } = await streaming();
    await client.disconnect();
    await stream.closed();
    expect(timers.pending).toBe(0);
    expect(recorder.moves.at(-1)).toBe("Connected>Closed:disconnect");
  });
});
