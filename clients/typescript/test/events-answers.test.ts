import { describe, expect, it } from "vitest";
import { events, nextExchange, streaming } from "./support/events.js";
import { failureOf, settle } from "./support/waits.js";

describe("A stream's answer", () => {
  it.each([
    [204, "stopped"],
    [403, "forbidden"],
    [400, "refused"],
    [404, "refused"],
    [406, "refused"],
    [410, "refused"],
  ])("of %i ends the client: %s", async (status, reason) => {
    const { client, server, timers, recorder } = await events();
    const connecting = client.connect();
    (await server.exchange()).answer(status);
    expect(await failureOf(connecting)).toMatchObject({ code: "closed", reason });
    expect(recorder.moves).toEqual(["Idle>Connecting", `Connecting>Closed:${reason}`]);
    timers.advance(1e6);
    await client.disconnect();
    expect(server.requests).toBe(1);
    expect(timers.pending).toBe(0);
  });

  it.each([408, 425, 429, 500, 502, 503, 504, 599])("of %i lets the client try again", async (status) => {
    const all = await events();
    void all.client.connect();
    (await all.server.exchange()).answer(status);
    expect(await all.recorder.next("retry")).toMatchObject({ attempt: 2, reason: "lost" });
    all.timers.advance(500);
    (await all.server.exchange()).open();
    await all.recorder.to("Connected");
  });

  it.each([
    ["text/html"],
    ["application/json; x=text/event-stream"],
    ["text/event-stream-not"],
    [""],
  ])("of 200 with the type '%s' ends the client: refused", async (type) => {
    const { client, server, recorder } = await events();
    void client.connect();
    (await server.exchange()).open(type).write("data: x\n\n");
    expect(await recorder.to("Closed")).toMatchObject({ reason: "refused" });
  });

  it.each(["text/event-stream", "Text/Event-Stream", "text/event-stream;charset=utf-8", " text/event-stream ; x=y"])(
    "of 200 with the type '%s' is a stream",
    async (type) => {
      const { client, server, recorder, events: came } = await events();
      void client.connect();
      (await server.exchange()).open(type).write("data: x\n\n");
      await recorder.next("event");
      expect(came).toHaveLength(1);
    },
  );

  it("that is final ends it after Connected too", async () => {
    const all = await streaming();
    all.stream.response.end();
    (await nextExchange(all)).answer(204);
    expect(await all.recorder.to("Closed")).toMatchObject({ from: "Reconnecting", reason: "stopped" });
  });
});

describe("401 to a stream", () => {
  it("without a token source ends the client", async () => {
    const { client, server, recorder } = await events({ headers: { authorization: "Bearer fixed" } });
    void client.connect();
    const exchange = await server.exchange();
    expect(exchange.header("authorization")).toBe("Bearer fixed");
    exchange.answer(401);
    expect(await recorder.to("Closed")).toMatchObject({ reason: "unauthorized" });
  });

  it("asks for a new token once; the second in a row ends the client", async () => {
    let asked = 0;
    const all = await events({ token: () => `t${asked++}` });
    void all.client.connect();
    (await all.server.exchange()).answer(401);
    expect(await all.recorder.next("retry")).toMatchObject({ attempt: 2, reason: "unauthorized" });
    all.timers.advance(500);
    const second = await all.server.exchange();
    expect(second.header("authorization")).toBe("Bearer t1");
    second.answer(401);
    expect(await all.recorder.to("Closed")).toEqual({ from: "Connecting", to: "Closed", reason: "unauthorized", text: "401 Unauthorized" });
    expect(asked).toBe(2);
  });

  it("counts anew after a stream that opened, and after another answer", async () => {
    const all = await events({ token: () => "t", baseMs: 1, capMs: 1 });
    void all.client.connect();
    (await all.server.exchange()).answer(401);
    (await nextExchange(all)).open().response.end();
    (await nextExchange(all)).answer(401);
    (await nextExchange(all)).answer(503);
    (await nextExchange(all)).answer(401);
    (await nextExchange(all)).open();
    await all.recorder.next("state", ({ from, to }) => from === "Reconnecting" && to === "Connected");
    expect(all.client.state).toBe("Connected");
  });
});

describe("The position of a stream", () => {
  it("goes out with the first attempt when it was given", async () => {
    const { client, server } = await events({ lastEventId: "k3-7" });
    expect(client.stats.cursor).toBe("k3-7");
    void client.connect();
    expect((await server.exchange()).header("last-event-id")).toBe("k3-7");
  });

  it("goes out with every attempt, the failed ones too, and not with none", async () => {
    const all = await streaming();
    expect(all.stream.header("last-event-id")).toBeUndefined();
    all.stream.write("id: c1\ndata: x\n\n").response.end();
    const second = await nextExchange(all);
    expect(second.header("last-event-id")).toBe("c1");
    second.answer(503);
    expect((await nextExchange(all)).header("last-event-id")).toBe("c1");
  });

  it("is that of the last finished event: an id without data moves it, an unfinished event does not", async () => {
    const all = await streaming();
    all.stream.write("id: c1\n\nid: c2\ndata: unfinished\n").response.end();
    expect((await nextExchange(all)).header("last-event-id")).toBe("c1");
    expect(all.events).toEqual([]);
  });

  it("is emptied by an empty id; events without an id of their own leave it", async () => {
    const all = await streaming({ lastEventId: "c0" });
    all.stream.write("data: x\n\n");
    await all.recorder.next("event");
    expect(all.client.stats.cursor).toBe("c0");
    all.stream.write("id\ndata: y\n\n");
    await all.recorder.next("event");
    expect(all.client.stats.cursor).toBeNull();
    all.stream.response.end();
    expect((await nextExchange(all)).header("last-event-id")).toBeUndefined();
  });

  it("goes out as UTF-8", async () => {
    const all = await streaming();
    all.stream.write("id: é€😀\ndata: x\n\n");
    await all.recorder.next("event");
    all.stream.response.end();
    const header = (await nextExchange(all)).header("last-event-id");
    expect(Buffer.from(header ?? "", "latin1").toString("utf8")).toBe("é€😀");
  });

  it("is moved by connected when it has an id; handlers do not see it", async () => {
    const { client, stream, events: came, recorder } = await streaming();
    stream.write('id: c5\nevent: connected\ndata: {"time":1}\n\n');
    stream.write('event: connected\ndata: {"time":2}\n\ndata: marker\n\n');
    await recorder.next("event");
    expect(client.stats.cursor).toBe("c5");
    expect(came).toHaveLength(1);
  });

  it("is moved by reset, which is raised once with its reason", async () => {
    const { client, stream, events: came, recorder } = await streaming({ lastEventId: "old" });
    stream.write('id: c9\nevent: reset\ndata: {"reason":"epoch"}\n\nevent: reset\ndata: unreadable\n\n');
    expect(await recorder.next("reset")).toEqual({ reason: "epoch", cursor: "c9" });
    expect(await recorder.next("reset")).toEqual({ reason: "unknown" });
    expect(client.stats).toMatchObject({ state: "Connected", cursor: "c9" });
    expect(came).toEqual([]);
  });
});

describe("An event of a stream", () => {
  it("whose own id was seen before is dropped; one without an id always comes", async () => {
    const all = await streaming();
    all.stream.write("id: c1\ndata: 1\n\ndata: 2\n\ndata: 2\n\n").response.end();
    const again = await nextExchange(all);
    again.open().write("id: c1\ndata: 1\n\nid: c2\ndata: 3\n\nid:\ndata: 4\n\nid:\ndata: 4\n\ndata: marker\n\n");
    await all.recorder.next("event", ({ data }) => data === "marker");
    expect(all.events.map(({ value }) => value)).toEqual([1, 2, 2, 3, 4, 4, "marker"]);
  });

  it("has its data as JSON, or as the text that it is; the text itself is kept", async () => {
    const { stream, events: came, recorder } = await streaming();
    stream.write('data: {"room":"a","n":1}\n\ndata: plain\ndata: text\n\nevent: x\ndata\n\n');
    for (let i = 0; i < 3; i++) await recorder.next("event");
    expect(came).toEqual([
      { value: { room: "a", n: 1 }, meta: { type: "message", args: [{ room: "a", n: 1 }], room: "a", data: '{"room":"a","n":1}' } },
      { value: "plain\ntext", meta: { type: "message", args: ["plain\ntext"], data: "plain\ntext" } },
      { value: "", meta: { type: "x", args: [""], data: "" } },
    ]);
  });

  it("that streams use the name of themselves has its own name inside", async () => {
    const { stream, events: came, recorder } = await streaming();
    stream.write('id: c1\nevent: event\ndata: {"event":"reset","args":[1,2]}\n\nevent: event\ndata: other\n\n');
    await recorder.next("event");
    await recorder.next("event");
    expect(came.map(({ meta }) => [meta.type, meta.args, meta.cursor])).toEqual([
      ["reset", [1, 2], "c1"],
      ["event", ["other"], undefined],
    ]);
    expect(recorder.of("reset")).toEqual([]);
  });

  it("is read across any portions of bytes", async () => {
    const { stream, events: came, recorder } = await streaming();
    const bytes = Buffer.from("\uFEFFdata: é€😀\r\n\r\ndata: second\r\r", "utf8");
    for (const byte of bytes) {
      stream.write(Uint8Array.of(byte));
      await settle();
    }
    await recorder.next("event");
    await recorder.next("event");
    expect(came.map(({ value }) => value)).toEqual(["é€😀", "second"]);
  });

  it("after the one in whose handler the client was closed is not handed out", async () => {
    const { client, stream, recorder, events: came } = await streaming();
    client.on("message", () => void client.disconnect());
    stream.write("id: c1\ndata: 1\n\nid: c2\ndata: 2\n\n");
    await recorder.to("Closed");
    await client.disconnect();
    expect(came).toHaveLength(1);
    expect(client.stats.cursor).toBe("c1");
  });
});
