import { ApiError, request, type RequestOptions } from './http';

export interface RoomInfo {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly role: 'owner' | 'member' | null;
  /** Messages of others after our read mark; stops counting at 100. */
  readonly unread: number;
  readonly lastReadId: string | null;
  readonly createdAt: string;
}

export interface Invitation {
  readonly id: string;
  readonly roomId: string;
  readonly roomName: string;
  readonly userId: string;
  readonly userName: string;
  readonly invitedBy: { readonly userId: string; readonly userName: string };
  readonly createdAt: string;
}

export interface Member {
  readonly userId: string;
  readonly userName: string;
  readonly role: 'owner' | 'member';
  readonly online: boolean;
}

export interface StoredMessage {
  readonly id: string;
  readonly roomId: string;
  readonly userId: string;
  readonly userName: string;
  readonly content: string;
  readonly timestamp: string;
  readonly clientId?: string;
}

/** Gives the freshest access token; one that was refused is passed as `rejected`. `null`: signed out. */
export type GetToken = (rejected?: string) => Promise<string | null>;

/** The routes of `/api` that want a signed-in user. */
export class ChatApi {
  constructor(private readonly getToken: GetToken) {}

  rooms = () => this.#send<RoomInfo[]>('/api/rooms');

  room = (id: string) => this.#send<RoomInfo>(`/api/rooms/${encodeURIComponent(id)}`);

  createRoom = (name: string, isPrivate: boolean) =>
    this.#send<RoomInfo>('/api/rooms', { method: 'POST', body: { name, isPrivate } });

  messages = (roomId: string, before: string, limit: number) =>
    this.#send<{ messages: StoredMessage[]; hasMore: boolean }>(
      `/api/rooms/${encodeURIComponent(roomId)}/messages?before=${encodeURIComponent(before)}&limit=${limit}`,
    );

  newest = (roomId: string) =>
    this.#send<{ messages: StoredMessage[]; hasMore: boolean }>(`/api/rooms/${encodeURIComponent(roomId)}/messages`);

  postMessage = (roomId: string, content: string, clientId: string) =>
    this.#send<StoredMessage>(`/api/rooms/${encodeURIComponent(roomId)}/messages`, {
      method: 'POST',
      body: { content, clientId },
    });

  markRead = (roomId: string, messageId: string) =>
    this.#send<{ unread: number }>(`/api/rooms/${encodeURIComponent(roomId)}/read`, {
      method: 'PUT',
      body: { messageId },
    });

  members = (roomId: string) => this.#send<Member[]>(`/api/rooms/${encodeURIComponent(roomId)}/members`);

  removeMember = (roomId: string, userId: string) =>
    this.#send<void>(`/api/rooms/${encodeURIComponent(roomId)}/members/${encodeURIComponent(userId)}`, {
      method: 'DELETE',
    });

  invite = (roomId: string, userName: string) =>
    this.#send<Invitation>(`/api/rooms/${encodeURIComponent(roomId)}/invitations`, {
      method: 'POST',
      body: { userName },
    });

  invitations = () => this.#send<Invitation[]>('/api/invitations');

  accept = (id: string) =>
    this.#send<RoomInfo>(`/api/invitations/${encodeURIComponent(id)}/accept`, { method: 'POST' });

  decline = (id: string) => this.#send<void>(`/api/invitations/${encodeURIComponent(id)}`, { method: 'DELETE' });

  async #send<T>(path: string, options: RequestOptions = {}): Promise<T> {
    const token = await this.#token();
    try {
      return await request<T>(path, { ...options, token });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      return request<T>(path, { ...options, token: await this.#token(token) });
    }
  }

  async #token(rejected?: string): Promise<string> {
    const token = await this.getToken(rejected);
    if (token === null) throw new ApiError(401, 'Signed out.');
    return token;
  }
}
