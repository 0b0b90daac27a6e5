import type { RoomsHttp } from '../realtime';
import type { ChatApi } from './chatApi';
import { ApiError } from './http';

/** The HTTP routes that the event-stream wire speaks by. */
export function roomsHttp(api: ChatApi): RoomsHttp {
  return {
    rooms: api.rooms,
    newest: async (roomId) => (await api.newest(roomId)).messages,
    post: async ({ roomId, content, clientId }) => {
      try {
        return await api.postMessage(roomId, content, clientId);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500) return 'later';
        return { error: error.status === 403 || error.status === 404 ? 'Access denied' : error.text };
      }
    },
    markRead: async (roomId, messageId) => (await api.markRead(roomId, messageId)).unread,
  };
}
