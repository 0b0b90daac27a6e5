// What the scripts share: the one way in which they tell the test what happened.
import { createInterface } from "node:readline";

const [, , url, ...args] = process.argv;
export { args, url };

/** Writes a line for the test. */
export function say(step, facts = {}) {
  process.stdout.write(`${JSON.stringify({ step, ...facts })}\n`);
}

/** Resolves with the arguments of the next such event. */
export function next(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...values) => resolve(values)));
}

/** Resolves when the test lets the script go on. */
export function goAhead() {
  const lines = createInterface({ input: process.stdin });
  return next(lines, "line").then(() => lines.close());
}

/** Bytes as the test reads them. */
export function hex(value) {
  return Buffer.from(value).toString("hex");
}

process.on("unhandledRejection", (error) => {
  console.error(error);
  process.exit(1);
});
