import { EventStreamClient, type EventMeta, type EventStreamClientOptions } from "../../src/index.js";
import { EventsServer, type Exchange } from "./events-server.js";
import { FakeTimers } from "./fake-timers.js";
import { Recorder } from "./recorder.js";
import { afterwards } from "./waits.js";

export interface Events {
  server: EventsServer;
  timers: FakeTimers;
  client: EventStreamClient;
  recorder: Recorder;
  /** Each event that a `*` handler got. */
  events: { value: unknown; meta: EventMeta }[];
}

/** A client on fake time against a server that the test plays. Delays are half of their span. */
export async function events(options: EventStreamClientOptions = {}): Promise<Events> {
  const server = await EventsServer.start();
  const timers = new FakeTimers();
  const client = new EventStreamClient(server.url, { timers, random: () => 0.5, ...options });
  const recorder = new Recorder(client);
  const came: Events["events"] = [];
  client.on("*", (value, meta) => {
    came.push({ value, meta });
    recorder.add("event", meta);
  });
  afterwards(async () => {
    const gone = client.disconnect();
    timers.advance(60_000);
    await gone;
  });
  return { server, timers, client, recorder, events: came };
}

/** Connected to a stream that has said nothing yet. */
export async function streaming(options: EventStreamClientOptions = {}): Promise<Events & { stream: Exchange }> {
  const all = await events(options);
  const connecting = all.client.connect();
  const stream = (await all.server.exchange()).open();
  await connecting;
  await all.recorder.to("Connected");
  return { ...all, stream };
}

/** Lets the delay that has started pass, and takes the next request. */
export async function nextExchange({ server, timers, recorder }: Events): Promise<Exchange> {
  const { delayMs } = await recorder.next("retry");
  timers.advance(delayMs);
  return await server.exchange();
}
