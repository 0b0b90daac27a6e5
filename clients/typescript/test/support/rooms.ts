import { WebSocket } from "ws";
import { RoomsClient, type EventMeta, type RoomsClientOptions } from "../../src/index.js";
import { FakeTimers } from "./fake-timers.js";
import { Recorder } from "./recorder.js";
import { RoomsServer, type Peer } from "./rooms-server.js";
import { afterwards } from "./waits.js";

export interface Rooms {
  server: RoomsServer;
  timers: FakeTimers;
  client: RoomsClient;
  recorder: Recorder;
  /** Each event that a `*` handler got. */
  events: { value: unknown; meta: EventMeta }[];
}

/** A client on fake time against a server that the test plays. Delays are half of their span. */
export async function rooms(options: RoomsClientOptions = {}): Promise<Rooms> {
  const server = await RoomsServer.start();
  const timers = new FakeTimers();
  const client = new RoomsClient(server.url, { webSocket: WebSocket, timers, random: () => 0.5, ...options });
  const recorder = new Recorder(client);
  const events: Rooms["events"] = [];
  client.on("*", (value, meta) => {
    events.push({ value, meta });
    recorder.add("event", meta);
  });
  afterwards(async () => {
    const gone = client.disconnect();
    timers.advance(60_000);
    await gone;
  });
  return { server, timers, client, recorder, events };
}

/** Connected, and in the rooms at cursor `c0`. */
export async function connected(options: RoomsClientOptions = {}, ...names: string[]): Promise<Rooms & { peer: Peer }> {
  const all = await rooms(options);
  for (const name of names) void all.client.join(name);
  const connecting = all.client.connect();
  const peer = await all.server.peer();
  peer.greet();
  if (options.token !== undefined) await peer.authenticate();
  for (const _ of names) await peer.join("c0");
  await connecting;
  await all.recorder.to("Connected");
  return { ...all, peer };
}

/** Lets the delay that has started pass, and takes the next connection. */
export async function reconnected({ server, timers, recorder }: Rooms): Promise<Peer> {
  const { delayMs } = await recorder.next("retry");
  timers.advance(delayMs);
  return await server.peer();
}
