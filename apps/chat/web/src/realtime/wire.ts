import type { ChatMessage, ConnectionState } from './types';

/** What carries the chat. */
export type Transport = 'socket.io' | 'websocket' | 'event-stream';

export interface OutgoingMessage {
  readonly roomId: string;
  readonly content: string;
  readonly clientId: string;
}

/** What a wire tells. */
export interface WireListener {
  /** The connection is up: rooms can be joined. */
  up(): void;
  /** It was up and is no longer. */
  down(): void;
  state(state: ConnectionState): void;
  event(name: string, data: unknown): void;
}

/**
 * One way to the server: it connects and stays connected, again and again, until it is stopped. What it tells is the same
 * whatever carries it. Answers that a broken connection took with it never come.
 */
export interface Wire {
  readonly connected: boolean;
  /** Whether the present connection is in the rooms of the one before. */
  readonly recovered: boolean;
  /** The position reached, to be shown to the wire that follows. */
  readonly cursor: string | undefined;
  start(): void;
  stop(): void;
  /** Goes into a room; its newest messages come as `room_history` unless nothing was missed. */
  join(roomId: string, answer: (refusal: string | null) => void): void;
  leave(roomId: string): void;
  send(message: OutgoingMessage, answer: (answer: ChatMessage | { readonly error: string }) => void): void;
  typing(event: 'typing_start' | 'typing_stop', roomId: string): void;
  markRead(roomId: string, messageId: string, told: (unread: number) => void): void;
}

/** A join that is not answered after this long is asked for again. */
export const JoinTimeoutMs = 10_000;
export const JoinRetryMs = 1000;

export function isMessage(value: unknown): value is ChatMessage {
  return typeof value === 'object' && value !== null && 'id' in value && 'roomId' in value && 'content' in value;
}

/** The text of a refusal; `null` when the value is none. */
export function refusalOf(value: unknown): string | null {
  const error = typeof value === 'object' && value !== null && 'error' in value ? value.error : undefined;
  return error === undefined ? null : typeof error === 'string' ? error : 'The server did not take it';
}

/** A message's answer for the outbox. */
export function sendAnswerOf(value: unknown): ChatMessage | { readonly error: string } {
  return isMessage(value) ? value : { error: refusalOf(value) ?? 'The server did not take it' };
}
