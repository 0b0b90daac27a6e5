import type { EventMeta } from "../handlers.js";

/** One JSON object of the plain wire. */
export interface Frame {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Frames that belong to the wire: the client answers to them, handlers do not see them. */
const wireTypes = new Set(["connected", "authenticated", "joined", "left", "ack", "pong", "error", "reset", "reconnect"]);

export function isWireFrame(frame: Frame): boolean {
  return wireTypes.has(frame.type);
}

/** Reads what a WebSocket message brought; throws when it is no frame. */
export function readFrame(data: unknown): Frame {
  if (typeof data !== "string") throw new TypeError("A binary frame came; the plain wire has only text.");
  const frame: unknown = JSON.parse(data);
  if (typeof frame !== "object" || frame === null || Array.isArray(frame)) throw new TypeError("A frame came that is no object.");
  if (typeof (frame as { type?: unknown }).type !== "string") throw new TypeError("A frame came without a text 'type'.");
  return frame as Frame;
}

/** Writes a frame. Binary values become base64 texts with padding, as they are on every wire that has only text. */
export function writeFrame(frame: object): string {
  return JSON.stringify(frame, function (this: Record<string, unknown>, key, value: unknown) {
    // What is in place, not what its `toJSON` gave: Node's buffers would come as lists of numbers.
    const original = this[key];
    if (original instanceof Uint8Array) return base64(original);
    return original instanceof ArrayBuffer ? base64(new Uint8Array(original)) : value;
  });
}

function base64(bytes: Uint8Array): string {
  let characters = "";
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

/**
 * The event that a frame carries: `args` as they are, or else one object, the frame without `type` and `cursor`.
 * An event whose name the wire uses itself comes as `{"type":"event","event":name,"args":[…]}`.
 */
export function eventOf(frame: Frame): EventMeta {
  const wrapped = frame.type === "event";
  const { type: frameType, cursor, ...fields } = frame;
  const type = wrapped ? frame["event"] : frameType;
  const args = Array.isArray(frame["args"]) ? (frame["args"] as unknown[]) : wrapped ? undefined : [fields];
  if (typeof type !== "string" || args === undefined) throw new TypeError("An 'event' frame came without a text 'event' and a list 'args'.");
  const room = frame["room"];
  return {
    type,
    args,
    ...(typeof cursor === "string" && { cursor }),
    ...(typeof room === "string" && { room }),
  };
}

/** The field when it is a text; anything else is as if absent. */
export function text(frame: Frame, field: string): string | undefined {
  const value = frame[field];
  return typeof value === "string" ? value : undefined;
}

/** The frame's `ref` as the key under which requests wait. */
export function refOf(frame: Frame): string | undefined {
  const ref = frame["ref"];
  return typeof ref === "string" || typeof ref === "number" ? String(ref) : undefined;
}
