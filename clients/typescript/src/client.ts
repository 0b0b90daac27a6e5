import { Backoff } from "./backoff.js";
import { Connector, type Line, type LineListener } from "./connector.js";
import { Handlers, type EventHandler, type EventMeta } from "./handlers.js";
import { handlerError, NoticeBoard, type Notices } from "./notices.js";
import { resolveOptions, type ClientOptions, type ResolvedOptions } from "./options.js";
import { RecentCursors } from "./recent-cursors.js";
import type { ClientState, Ending } from "./state.js";

/** The events that an application expects, by name: `{ message: Message; typing: Typing }`; one that names none gets none checked. */
export type EventMap = Record<string, any>;

/** Figures of a client at this moment. */
export interface ClientStats {
  readonly state: ClientState;
  /** Handlers added and not removed. */
  readonly handlers: number;
  /** Calls that wait for the line. */
  readonly queued: number;
  /** The rooms that the client wants to be in. */
  readonly rooms: readonly string[];
  /** The position reached: what is shown to get what came after. */
  readonly cursor: string | null;
}

/** What both clients have in common: one state machine, handlers of events, and notices about the client itself. */
export abstract class FanfareClient<Events extends object = EventMap, N extends Notices = Notices> {
  /** @internal */
  protected readonly options: ResolvedOptions;
  /** @internal */
  protected readonly backoff: Backoff;
  /** @internal */
  protected readonly notices = new NoticeBoard<N>();
  /** @internal */
  protected readonly handlers = new Handlers();
  /** @internal */
  protected readonly connector: Connector;
  readonly #recent = new RecentCursors();

  /** @internal */
  protected constructor(options: ClientOptions) {
    this.options = resolveOptions(options);
    this.backoff = new Backoff(this.options);
    this.connector = new Connector(
      {
        openLine: (token, listener) => this.openLine(token, listener),
        lineEnded: () => this.lineEnded(),
        connected: () => this.connected(),
        closed: (ending) => this.closed(ending),
        stateChanged: (change) =>
          change.to === "Closed" ? this.notices.raiseLast("state", change) : this.notices.raise("state", change),
        retrying: (notice) => this.notices.raise("retry", notice),
        gaveUp: (notice) => this.notices.raise("gave-up", notice),
      },
      this.options,
      this.backoff,
    );
  }

  /** Where the client stands. */
  get state(): ClientState {
    return this.connector.state;
  }

  /** Figures of this moment. */
  abstract get stats(): ClientStats;

  /**
   * Connects, and stays connected until {@link disconnect} or a final answer of the server.
   * Resolves at the first `Connected`; a call on the way there joins the running attempt.
   * @throws FanfareError `closed`, with the `reason`, when the client closes before, or has closed.
   */
  connect(): Promise<void> {
    return this.connector.connect();
  }

  /** Ends for good, from any state: resolves when the line is gone, within 2 s whatever the server does. */
  disconnect(): Promise<void> {
    return this.connector.disconnect();
  }

  /**
   * Adds a handler of the events named `type`; `*` takes every event, once. Handlers run in the order in which they were added.
   * @returns a function that removes this handler and no other.
   */
  on<K extends keyof Events & string>(type: K, handler: EventHandler<Events[K]>): () => void;
  on(type: "*", handler: EventHandler<unknown>): () => void;
  on(type: string, handler: EventHandler<never>): () => void {
    return this.handlers.add(type, handler);
  }

  /**
   * Watches what the client tells about itself: `state`, `retry`, `gave-up`, `reset`, `error`; a rooms client also `joined`.
   * @returns a function that removes this listener and no other.
   */
  watch<K extends keyof N & string>(name: K, listener: (notice: N[K]) => unknown): () => void {
    return this.notices.watch(name, listener);
  }

  /** @internal */
  protected abstract openLine(token: string | undefined, listener: LineListener): Line;
  /** @internal */
  protected lineEnded(): void {}
  /** @internal */
  protected connected(): void {}
  /** @internal */
  protected closed(_ending: Ending): void {}

  /** Hands an event to its handlers, unless its cursor was seen before. @internal */
  protected deliver(meta: EventMeta): void {
    if (meta.cursor !== undefined && !this.#recent.add(meta.cursor)) return;
    this.handlers.dispatch(
      meta,
      () => this.connector.state !== "Closed",
      (error) => this.notices.raise("error", handlerError(error)),
    );
  }
}
