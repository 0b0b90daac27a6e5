import { describe, expect, it } from "vitest";
import { connected, reconnected, rooms } from "./support/rooms.js";
import { failureOf, settle } from "./support/waits.js";

describe("A close code", () => {
  it.each([1003, 1007, 1009, 4400, 4403, 4409])("of %i ends the client", async (code) => {
    const { peer, recorder, server, timers } = await connected();
    peer.socket.close(code, "why");
    expect(await recorder.to("Closed")).toEqual({ from: "Connected", to: "Closed", reason: "server", code, text: "why" });
    timers.advance(1e6);
    await settle();
    expect(server.connections).toBe(1);
    expect(timers.pending).toBe(0);
  });

  it.each([1000, 1001, 1008, 1011, 1012, 4000, 4408, 4429, 4999])("of %i lets the client come back", async (code) => {
    const all = await connected();
    all.peer.socket.close(code, "why");
    expect(await all.recorder.to("Reconnecting")).toEqual({ from: "Connected", to: "Reconnecting", reason: "server", code, text: "why" });
    (await reconnected(all)).greet();
    await all.recorder.to("Connected");
  });

  it("that is missing lets the client come back", async () => {
    const all = await connected();
    all.peer.socket.close();
    expect(await all.recorder.to("Reconnecting")).toMatchObject({ reason: "server", code: 1005 });
    (await reconnected(all)).greet();
    await all.recorder.to("Connected");
  });

  it("of 4401 lets it come back with a new token, losing nothing that waits", async () => {
    let asked = 0;
    const all = await connected({ token: () => `t${asked++}` }, "a");
    all.peer.send({ type: "message", room: "a", cursor: "c5", content: 1 });
    await all.recorder.next("event");
    const sent = all.client.send("a", "mine", { ack: true });
    await all.peer.next("message");
    all.peer.socket.close(4401, "expired");
    expect(await all.recorder.to("Reconnecting")).toMatchObject({ reason: "expired", code: 4401, text: "expired" });
    const again = await reconnected(all);
    again.greet();
    expect(await again.authenticate()).toMatchObject({ token: "t1", since: "c5" });
    expect((await again.join("c6", { recovered: true })).since).toBe("c5");
    again.send({ type: "ack", ref: (await again.next("message")).ref, cursor: "c7" });
    expect(await sent).toEqual({ cursor: "c7" });
  });

  it("in the middle of an attempt means the same: final or not", async () => {
    const final = await rooms();
    const connecting = final.client.connect();
    (await final.server.peer()).socket.close(4403, "kicked");
    expect(await failureOf(connecting)).toMatchObject({ code: "closed", reason: "server" });
    expect(final.recorder.moves).toEqual(["Idle>Connecting", "Connecting>Closed:server"]);

    const passing = await rooms();
    void passing.client.connect();
    (await passing.server.peer()).socket.close(1011);
    expect(await passing.recorder.next("retry")).toMatchObject({ attempt: 2, reason: "server", code: 1011 });
  });
});

describe("A refused WebSocket request", () => {
  it.each(["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "503 Service Unavailable", "200 OK"])(
    "(%s) lets the client try again",
    async (answer) => {
      const all = await rooms();
      all.server.refuse = (_request, respond) => respond(answer);
      void all.client.connect();
      expect(await all.recorder.next("retry")).toMatchObject({ attempt: 2, reason: "lost" });
      all.server.refuse = undefined;
      all.timers.advance(500);
      (await all.server.peer()).greet();
      await all.recorder.to("Connected");
    },
  );
});

describe("An answer to authenticate", () => {
  const refused = async (error: object): Promise<Awaited<ReturnType<typeof rooms>>> => {
    const all = await rooms({ token: () => "t" });
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    const { ref } = await peer.next("authenticate");
    peer.send({ ref, ...error });
    return all;
  };

  it.each([{}, { ref: undefined }])("of unauthorized ends the client (%o)", async (more) => {
    const { recorder, server, timers, client } = await refused({ type: "error", code: "unauthorized", message: "no", ...more });
    expect(await recorder.to("Closed")).toEqual({ from: "Connecting", to: "Closed", reason: "unauthorized", text: "no" });
    await client.disconnect();
    timers.advance(1e6);
    expect(server.connections).toBe(1);
  });

  it.each([{}, { ref: undefined }])("of expired lets it come back with a new token (%o)", async (more) => {
    const all = await refused({ type: "error", code: "expired", message: "old", ...more });
    expect(await all.recorder.next("retry")).toMatchObject({ attempt: 2, reason: "expired" });
    all.timers.advance(500);
    const again = await all.server.peer();
    again.greet();
    await again.authenticate();
    await all.recorder.to("Connected");
  });

  it("of another code fails the attempt and tells the error", async () => {
    const all = await refused({ type: "error", code: "internal", message: "broken" });
    expect(await all.recorder.next("retry")).toMatchObject({ attempt: 2, reason: "lost", text: "broken" });
    expect(all.recorder.of("error")).toEqual([{ code: "internal", message: "broken" }]);
  });

  it("of too many waits for the server's close, which tells when to come back", async () => {
    const all = await rooms({ token: () => "t", baseMs: 0, capMs: 9_000 });
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    const { ref } = await peer.next("authenticate");
    peer.send({ type: "error", code: "too_many", message: "20 connections", ref });
    peer.socket.close(4429, "rate limited");
    expect(await all.recorder.next("retry")).toMatchObject({ reason: "server", code: 4429, delayMs: 9_000 });
  });

  it("is not seen in an error without ref that means something else", async () => {
    const all = await rooms({ token: () => "t" });
    void all.client.connect();
    const peer = await all.server.peer();
    peer.greet();
    const { ref } = await peer.next("authenticate");
    peer.send({ type: "error", code: "internal", message: "elsewhere" }, { type: "authenticated", userId: "u", ref });
    await all.recorder.to("Connected");
    expect(all.recorder.of("error")).toEqual([{ code: "internal", message: "elsewhere" }]);
  });
});
