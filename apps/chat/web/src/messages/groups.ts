import { dayKey } from './dayMarks';

interface Placed {
  readonly userId: string;
  readonly timestamp: string;
}

/** Messages of one author within this time stand under one head. */
const TogetherMs = 5 * 60_000;

export interface Placing {
  /** A day mark stands above the message. */
  readonly startsDay: boolean;
  /** The author is shown: another one than before, or after a while. */
  readonly startsGroup: boolean;
}

export function place(message: Placed, before: Placed | undefined): Placing {
  const startsDay = !before || dayKey(before.timestamp) !== dayKey(message.timestamp);
  const startsGroup =
    startsDay ||
    before.userId !== message.userId ||
    Date.parse(message.timestamp) - Date.parse(before.timestamp) > TogetherMs;
  return { startsDay, startsGroup };
}
