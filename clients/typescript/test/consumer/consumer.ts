// What an application writes, checked against the declarations of the built package.
import { EventStreamClient, FanfareError, RoomsClient, type ResetNotice, type StateChange } from "fanfare-client";

interface Events {
  message: { from: string; content: string };
}

export const client = new RoomsClient<Events>("wss://example.org/ws", { webSocket: WebSocket, token: async () => "token" });
export const off: () => void = client.on("message", (message, { room, cursor }) => show(message.from, message.content, room, cursor));
client.on("*", (_value, meta) => show(meta.type));
client.watch("state", (change: StateChange) => show(change.to, change.reason));
client.watch("joined", ({ room, recovered }) => show(room, recovered));

export async function send(content: string): Promise<string | undefined> {
  try {
    const { cursor } = await client.send("general", content, { ack: true, timeoutMs: 5_000 });
    return cursor;
  } catch (error) {
    if (error instanceof FanfareError && error.code === "refused") show(error.error);
    throw error;
  }
}

export const untyped = new RoomsClient("/ws");
untyped.on("anything", (value) => show(value.whatever));

export const stream = new EventStreamClient<Events>("/events", { headers: { "x-app": "chat" }, lastEventId: "k1-5" });
stream.on("message", (message) => show(message.content));
stream.watch("reset", (reset: ResetNotice) => show(reset.reason));

function show(..._values: unknown[]): void {}
