import type { EventMeta } from "../handlers.js";
import type { ResetNotice } from "../notices.js";
import type { StreamEvent } from "./parser.js";

/**
 * An event of a stream for its handlers: the value is the data read as JSON, or the text itself when it is none.
 * An event whose name streams use themselves comes as `event: event` with `{"event":name,"args":[…]}`.
 */
export function eventOf(event: StreamEvent, data: string): EventMeta {
  const position = event.id === undefined || event.id === "" ? {} : { cursor: event.id };
  const value = jsonOrText(data);
  const { event: type, args } = fieldsOf(value);
  if (event.type === "event" && typeof type === "string" && Array.isArray(args)) {
    return { type, args: args as unknown[], data, ...position };
  }
  return { type: event.type, args: [value], data, ...roomOf(value), ...position };
}

/** What an `event: reset` says. */
export function resetOf(event: StreamEvent, data: string): ResetNotice {
  const { reason } = fieldsOf(jsonOrText(data));
  return {
    reason: typeof reason === "string" ? reason : "unknown",
    ...(event.id !== undefined && event.id !== "" && { cursor: event.id }),
  };
}

function roomOf(value: unknown): { room?: string } {
  const { room } = fieldsOf(value);
  return typeof room === "string" ? { room } : {};
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function jsonOrText(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
