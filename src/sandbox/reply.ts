/** An answer before it is written: faults can still change it. */
export interface Reply {
  readonly status: number;
  /** Several values go out as headers of their own. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: ReplyBody;
}

type ReplyBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'json'; readonly value: JsonObject }
  | { readonly kind: 'text'; readonly contentType: string; readonly text: string }
  | { readonly kind: 'bytes'; readonly contentType: string; readonly bytes: Uint8Array };

export type JsonObject = Readonly<Record<string, unknown>>;

export function json(status: number, value: JsonObject, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: { kind: 'json', value } };
}

export function html(status: number, text: string): Reply {
  const headers = { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'" };
  return { status, headers, body: { kind: 'text', contentType: 'text/html; charset=utf-8', text } };
}

export function empty(status: number, headers: Reply['headers'] = {}): Reply {
  return { status, headers, body: { kind: 'empty' } };
}

export function bytes(status: number, contentType: string, content: Uint8Array): Reply {
  return { status, headers: {}, body: { kind: 'bytes', contentType, bytes: content } };
}

/** A request whose body has been read. */
export interface Request {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Stands for the connection it came on: some sign-ins belong to that. */
  readonly connection: object;
}
