import type { SessionAnswer } from '../api/auth';

/** A sign-in as the browser keeps it. */
export interface StoredSession extends SessionAnswer {
  /** End of the access token by this machine's clock, in milliseconds. */
  readonly endsAt: number;
  /** How long the access token lives in all, in milliseconds. */
  readonly lifeMs: number;
}

export interface SessionDatabase {
  read(): Promise<StoredSession | null>;
  write(session: StoredSession | null): Promise<void>;
  /** Takes the lease unless somebody else has it; for browsers without Web Locks. */
  tryLease(owner: string, now: number, untilMs: number): Promise<boolean>;
  endLease(owner: string): Promise<void>;
}

const Name = 'fanfare-chat';
const StoreName = 'session';

interface Lease {
  readonly owner: string;
  readonly until: number;
}

/**
 * The sign-in in IndexedDB. A transaction there is seen by the next one in any tab; what one tab writes to
 * `localStorage` reaches another late, even behind a lock, and a refresh token shown twice ends the sign-in.
 */
export async function openDatabase(): Promise<SessionDatabase> {
  let database: IDBDatabase;
  try {
    database = await open();
  } catch {
    return new MemoryDatabase();
  }
  return {
    read: () => transact<StoredSession | undefined>(database, 'readonly', (store) => store.get('current')).then((found) => found ?? null),
    write: (session) =>
      transact<unknown>(database, 'readwrite', (store) =>
        session ? store.put(session, 'current') : store.delete('current'),
      ).then(() => undefined),
    tryLease: (owner, now, until) =>
      new Promise((resolve, reject) => {
        const transaction = database.transaction(StoreName, 'readwrite');
        const store = transaction.objectStore(StoreName);
        let taken = false;
        const read = store.get('lease');
        read.onsuccess = () => {
          const lease = read.result as Lease | undefined;
          if (lease && lease.owner !== owner && lease.until > now) return;
          taken = true;
          store.put({ owner, until } satisfies Lease, 'lease');
        };
        transaction.oncomplete = () => resolve(taken);
        transaction.onabort = () => reject(transaction.error);
      }),
    endLease: (owner) =>
      new Promise((resolve, reject) => {
        const transaction = database.transaction(StoreName, 'readwrite');
        const store = transaction.objectStore(StoreName);
        const read = store.get('lease');
        read.onsuccess = () => {
          if ((read.result as Lease | undefined)?.owner === owner) store.delete('lease');
        };
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      }),
  };
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(Name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(StoreName);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('The database is blocked.'));
  });
}

function transact<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  return new Promise((resolve, reject) => {
    // `strict`: a token that was written must outlive a crash, its predecessor is worth nothing any more.
    const transaction = database.transaction(StoreName, mode, { durability: 'strict' });
    const request = work(transaction.objectStore(StoreName));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? request.error);
  });
}

/** Where the browser keeps nothing (some private windows): one tab, until it is closed. */
class MemoryDatabase implements SessionDatabase {
  #session: StoredSession | null = null;
  read = async () => this.#session;
  write = async (session: StoredSession | null) => {
    this.#session = session;
  };
  tryLease = async () => true;
  endLease = async () => undefined;
}
