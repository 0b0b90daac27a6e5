import type { LineEnding } from "../connector.js";

/** What an answer that is no stream means. `unauthorized` is told apart: what follows depends on the attempts before. */
export function endingOf(response: Response): LineEnding {
  const text = `${response.status} ${response.statusText}`.trim();
  switch (response.status) {
    case 200:
      return { reason: "refused", text: `not a text/event-stream but '${response.headers.get("content-type") ?? ""}'`, final: true };
    case 204:
      return { reason: "stopped", text, final: true };
    case 401:
      return { reason: "unauthorized", text, final: true };
    case 403:
      return { reason: "forbidden", text, final: true };
    case 408:
    case 425:
    case 429:
      return { reason: "lost", text, final: false };
    default:
      return response.status >= 500 ? { reason: "lost", text, final: false } : { reason: "refused", text, final: true };
  }
}

/** Whether the answer is a stream of events; parameters of its type do not matter. */
export function isEventStream(response: Response): boolean {
  const type = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  return response.status === 200 && type === "text/event-stream";
}

/** The seconds of `Retry-After` in milliseconds; a date there is not read. */
export function retryAfterMs(response: Response): number | undefined {
  const value = response.headers.get("retry-after")?.trim();
  return value !== undefined && /^[0-9]+$/.test(value) ? Number(value) * 1_000 : undefined;
}
