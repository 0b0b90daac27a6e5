import { describe, expect, it } from "vitest";
import { SilenceWatch } from "../src/silence.js";
import { nextExchange, streaming } from "./support/events.js";
import { FakeTimers } from "./support/fake-timers.js";
import { connected, reconnected } from "./support/rooms.js";
import { settle } from "./support/waits.js";

describe("A silent line of a rooms client", () => {
  it("is asked after pingMs, and given up after pongMs more", async () => {
    const all = await connected({ pingMs: 1_000, pongMs: 400 });
    all.timers.advance(999);
    await settle();
    expect(all.peer.received).toEqual([]);
    all.timers.advance(1);
    expect(await all.peer.next("ping")).toEqual({ type: "ping" });
    all.timers.advance(399);
    expect(all.client.state).toBe("Connected");
    all.timers.advance(1);
    expect(await all.recorder.to("Reconnecting")).toEqual({ from: "Connected", to: "Reconnecting", reason: "silent" });
    await all.peer.closed();
    (await reconnected(all)).greet();
    await all.recorder.to("Connected");
  });

  it("stays when anything comes, whatever it is, and is asked again after the next silence", async () => {
    const { client, peer, timers, recorder } = await connected({ pingMs: 1_000, pongMs: 400 });
    timers.advance(1_000);
    await peer.next("ping");
    timers.advance(300);
    peer.send({ type: "x" });
    await recorder.next("event");
    timers.advance(900);
    expect(client.state).toBe("Connected");
    expect(peer.received).toHaveLength(1);
    timers.advance(100);
    await peer.next("ping");
    peer.socket.send("unreadable");
    await recorder.next("error");
    timers.advance(999);
    expect(client.state).toBe("Connected");
  });

  it("is never asked while something keeps coming", async () => {
    const { peer, timers, recorder } = await connected({ pingMs: 1_000, pongMs: 400 });
    for (let i = 0; i < 10; i++) {
      timers.advance(700);
      peer.send({ type: "x" });
      await recorder.next("event");
    }
    expect(peer.received).toEqual([]);
  });

  it("has 25 s and 20 s by default", async () => {
    const { client, peer, timers, recorder } = await connected();
    timers.advance(25_000);
    await peer.next("ping");
    timers.advance(19_999);
    expect(client.state).toBe("Connected");
    timers.advance(1);
    await recorder.to("Reconnecting");
  });
});

describe("A silent stream", () => {
  it("is given up after idleMs without a byte; comments are bytes too", async () => {
    const all = await streaming({ idleMs: 1_000 });
    all.timers.advance(900);
    all.stream.write(": still here\n\ndata: marker\n\n");
    await all.recorder.next("event");
    all.timers.advance(999);
    expect(all.client.state).toBe("Connected");
    all.timers.advance(1);
    expect(await all.recorder.to("Reconnecting")).toEqual({ from: "Connected", to: "Reconnecting", reason: "silent" });
    await all.stream.closed();
    (await nextExchange(all)).open();
    await all.recorder.to("Connected");
  });
});

describe("The watch on silence", () => {
  it("takes one timer however much is heard, and none after it was stopped or has told", () => {
    const timers = new FakeTimers();
    let told = 0;
    const watch = new SilenceWatch(timers, 100, () => told++);
    watch.start();
    watch.start();
    for (let i = 0; i < 50; i++) {
      watch.heard();
      timers.advance(3);
    }
    expect([told, timers.pending]).toEqual([0, 1]);
    timers.advance(96);
    expect(told).toBe(0);
    timers.advance(1);
    expect([told, timers.pending]).toEqual([1, 0]);
    watch.start();
    watch.stop();
    expect(timers.pending).toBe(0);
  });
});
