import { describe, expect, it } from "vitest";
import { EventStreamParser, type StreamEvent } from "../src/index.js";

interface Parsed {
  events: StreamEvent[];
  retries: number[];
}

function parse(...portions: string[]): Parsed {
  const parsed: Parsed = { events: [], retries: [] };
  const parser = new EventStreamParser({
    event: (event) => parsed.events.push(event),
    retry: (delayMs) => parsed.retries.push(delayMs),
  });
  for (const portion of portions) parser.push(portion);
  return parsed;
}

const data = (...portions: string[]): (string | undefined)[] => parse(...portions).events.map((event) => event.data);

describe("The parser of event streams (HTML standard, 9.2.6)", () => {
  it("reads the standard's own examples", () => {
    expect(data("data: YHOO\ndata: +2\ndata: 10\n\n")).toEqual(["YHOO\n+2\n10"]);
    expect(parse(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n").events).toEqual([
      { type: "message", data: "first event", id: "1" },
      { type: "message", data: "second event", id: "" },
      { type: "message", data: " third event" },
    ]);
    // The last block has no blank line behind it.
    expect(data("data\n\ndata\ndata\n\ndata:")).toEqual(["", "\n"]);
    expect(data("data:test\n\ndata: test\n\n")).toEqual(["test", "test"]);
  });

  it.each(["\n", "\r", "\r\n"])("takes %j as the end of a line", (end) => {
    expect(parse(["event: x", "data: a", "data: b", "", "data: c", "", ""].join(end)).events).toEqual([
      { type: "x", data: "a\nb" },
      { type: "message", data: "c" },
    ]);
  });

  it("takes mixed ends of lines, and CR LF in two portions as one", () => {
    expect(data("data: a\r", "\ndata: b\r", "\n\r", "\n")).toEqual(["a\nb"]);
    expect(data("data: a\r", "\r", "data: b\r", "\n", "\n")).toEqual(["a", "b"]);
    expect(data("data: a\n\r", "data: b\r\n\n")).toEqual(["a", "b"]);
    expect(data("data: a\r", "", "\n", "data: b\n\n")).toEqual(["a\nb"]);
  });

  it("takes one BOM at the very start, and no other", () => {
    expect(data("\uFEFFdata: a\n\n")).toEqual(["a"]);
    expect(data("", "\uFEFF", "data: a\n\n")).toEqual(["a"]);
    expect(data("\uFEFF\uFEFFdata: a\n\ndata: b\n\n")).toEqual(["b"]);
    expect(data("data: a\n\n\uFEFFdata: b\n\ndata: c\n\n")).toEqual(["a", "c"]);
    expect(data("data: \uFEFFa\n\n")).toEqual(["\uFEFFa"]);
  });

  it("drops comments, unknown fields, and one space behind the colon", () => {
    expect(parse(":\n: data: x\ndatax: y\nDATA: z\n data: w\nother\ndata:\tv\n\n").events).toEqual([{ type: "message", data: "\tv" }]);
    expect(data("data: a:b: c\n\n")).toEqual(["a:b: c"]);
  });

  it("does not dispatch a block without data; its id still counts, its type does not", () => {
    expect(parse("event: x\nid: 7\n\nevent: y\n\n\n\ndata: a\n\n").events).toEqual([{ type: "x", id: "7" }, { type: "message", data: "a" }]);
  });

  it("takes the last of several types and ids, and an empty type as message", () => {
    expect(parse("event: x\nevent: y\nid: 1\nid: 2\ndata: a\n\nevent: x\nevent:\ndata: b\n\n").events).toEqual([
      { type: "y", data: "a", id: "2" },
      { type: "message", data: "b" },
    ]);
  });

  it("ignores an id with NUL", () => {
    expect(parse("id: 1\nid: a\0b\ndata: a\n\nid: \0\ndata: b\n\n").events).toEqual([
      { type: "message", data: "a", id: "1" },
      { type: "message", data: "b" },
    ]);
  });

  it("takes retry of digits only", () => {
    expect(parse("retry: 10\nretry:20\nretry\nretry: 1.5\nretry: +5\nretry:  5\nretry: 5 \nretry: ١\nretry: 0x1\nretry: 007\n").retries).toEqual([10, 20, 7]);
  });

  it("does not dispatch an unfinished event", () => {
    expect(data("data: a\n\ndata: b")).toEqual(["a"]);
    expect(data("data: a\n\ndata: b\n")).toEqual(["a"]);
  });

  it("gives the same for any portions of random streams", () => {
    for (let round = 0; round < 2_000; round++) {
      const stream = randomStream();
      const whole = parse(stream);
      const portions = randomPortions(stream);
      expect(parse(...portions), JSON.stringify(portions)).toEqual(whole);
    }
    const stream = "\uFEFFid: 1\r\nevent: x\rdata: a\n\r\ndata: b\r\n\r\nretry: 5\r\r";
    expect(parse(...stream)).toEqual(parse(stream));
    expect(parse(stream)).toEqual({ events: [{ type: "x", data: "a", id: "1" }, { type: "message", data: "b" }], retries: [5] });
  });

  it("gives back what a server wrote, whatever the data", () => {
    for (let round = 0; round < 500; round++) {
      const written = Array.from({ length: 1 + random(4) }, (_, i) => ({ type: "x", data: randomText(["a", " ", ":", "é", "\n", "\0", "😀"]), id: `c${i}` }));
      const end = pick(["\n", "\r", "\r\n"]);
      const text = written
        .map((event) => [`id: ${event.id}`, "event: x", ...event.data.split("\n").map((line) => `data: ${line}`), "", ""].join(end))
        .join("");
      expect(parse(...randomPortions(text)).events).toEqual(written);
    }
  });
});

function random(below: number): number {
  return Math.floor(Math.random() * below);
}

function pick<T>(items: readonly T[]): T {
  return items[random(items.length)]!;
}

function randomText(pieces: readonly string[]): string {
  return Array.from({ length: random(12) }, () => pick(pieces)).join("");
}

function randomStream(): string {
  const pieces = ["\n", "\r", "\r\n", "\n\n", "data", "id", "event", "retry", ":", ": ", "1", "x", "\uFEFF", "\0", "data: y\n", "id: 5\n", ": c\r"];
  return Array.from({ length: random(30) }, () => pick(pieces)).join("");
}

function randomPortions(text: string): string[] {
  const portions = [];
  for (let at = 0; at < text.length; ) {
    const length = random(6);
    portions.push(text.slice(at, at + length));
    at += length;
  }
  return portions;
}
