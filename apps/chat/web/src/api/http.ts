/** A problem that the server reported (RFC 9457), or that kept us from asking it (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    title: string,
    /** By field: what is wrong with it. */
    readonly errors: Readonly<Record<string, readonly string[]>> = {},
    /** Seconds after which to try again, if the server named them. */
    readonly retryAfter?: number,
  ) {
    super(title);
    this.name = 'ApiError';
  }

  /** The first text about a field, or the title. */
  get text(): string {
    return Object.values(this.errors)[0]?.[0] ?? this.message;
  }
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  body?: unknown;
  token?: string;
  timeoutMs?: number;
  /** Lets the request outlive the page. */
  keepalive?: boolean;
}

/** Sends one request; answers the parsed body, or throws an `ApiError`. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { method = 'GET', body, token, timeoutMs = 15_000, keepalive = false } = options;
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      keepalive,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await response.text();
  } catch {
    throw new ApiError(0, 'The server cannot be reached.');
  }
  const value = parse(text);
  if (response.ok) return value as T;
  const problem = (typeof value === 'object' && value !== null ? value : {}) as {
    title?: string;
    errors?: Record<string, string[]>;
  };
  const retryAfter = Number(response.headers.get('Retry-After'));
  throw new ApiError(
    response.status,
    problem.title ?? `The server answered ${response.status}.`,
    problem.errors ?? {},
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
  );
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
