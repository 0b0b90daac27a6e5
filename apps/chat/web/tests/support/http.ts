import type { RoomsHttp } from '../../src/realtime';

const unexpected = (): never => {
  throw new Error('Nothing is asked over HTTP here.');
};

/** For tests of wires that never ask. */
export const noHttp: RoomsHttp = { rooms: unexpected, newest: unexpected, post: unexpected, markRead: unexpected };
