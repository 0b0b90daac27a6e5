import { afterEach } from "vitest";

/** Far above what anything here takes: it fails loudly where a test would hang. */
const boundMs = 15_000;

export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${boundMs} ms for ${what}`)), boundMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What came and was not asked for yet, or the other way round. */
export class Inbox<T> {
  readonly #came: T[] = [];
  readonly #asked: ((item: T) => void)[] = [];

  get waiting(): number {
    return this.#came.length;
  }

  put(item: T): void {
    const asked = this.#asked.shift();
    if (asked === undefined) this.#came.push(item);
    else asked(item);
  }

  next(what: string): Promise<T> {
    const came = this.#came.shift();
    if (came !== undefined) return Promise.resolve(came);
    return within(new Promise<T>((resolve) => this.#asked.push(resolve)), what);
  }
}

const endings: (() => unknown)[] = [];

/** Ends something after the test, whatever its outcome. */
export function afterwards(end: () => unknown): void {
  endings.push(end);
}

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** The failure of a call, to look at. */
export async function failureOf(promise: Promise<unknown>): Promise<{ code?: string; reason?: string; error?: string; message: string }> {
  try {
    await within(promise, "a call to fail");
  } catch (error) {
    return error as Error;
  }
  throw new Error("the call did not fail");
}

/** Lets everything that is ready run, without waiting for a duration. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
