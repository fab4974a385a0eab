import type { LoggedRequest } from './request-log.ts';

/** What can be made to go wrong: everything a client of the real services has been seen to meet. */
export type Fault = InsteadFault | AfterFault | { readonly kind: 'delay'; readonly ms: number };

/** The request is not carried out. */
export type InsteadFault =
  | ({ readonly kind: 'status' } & StatusFault)
  /** A page of HTML, with status 200 unless told: a proxy or a captive portal. */
  | { readonly kind: 'html'; readonly status?: number; readonly text?: string }
  | { readonly kind: 'reset_before' }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** A small gzip body that unpacks to this size. */
  | { readonly kind: 'gzip_bomb'; readonly megabytes: number }
  | { readonly kind: 'expired_token' }
  /** A refusal by Entra; see the table of codes. */
  | { readonly kind: 'aadsts'; readonly code: number; readonly retryAfter?: string };

/** The request is carried out, and the answer spoiled. */
export type AfterFault =
  | ({ readonly kind: 'status_after' } & StatusFault)
  | { readonly kind: 'reset_after' }
  /** Carried out, and never answered: whoever waits for the answer can be killed meanwhile. */
  | { readonly kind: 'hang_after' }
  /** Half of the announced bytes, then the connection ends. */
  | { readonly kind: 'cut_connection' }
  /** The body comes in small pieces with a pause between them. */
  | { readonly kind: 'drip'; readonly pieceBytes: number; readonly pauseMs: number }
  /** Spoiled where the JSON of the answer holds this text, and else as it is: one mail that spoils every page it is on. */
  | { readonly kind: 'where'; readonly holds: string; readonly fault: AfterFault }
  | RewriteFault
  | PageFault;

/** In the text of the answer, every match of a regular expression becomes something else; one change after the other. */
export interface RewriteFault {
  readonly kind: 'rewrite';
  /** `replacement` may say `$1` and the like, as in String.replace. */
  readonly changes: readonly { readonly pattern: string; readonly replacement: string }[];
}

/** Changes the JSON of the answer. */
export type PageFault =
  /** Half of the JSON in a complete HTTP answer. */
  | { readonly kind: 'cut_json' }
  | { readonly kind: 'content_type'; readonly contentType: string }
  /** `loop`: the link leads to the page itself. `both`: nextLink and deltaLink. */
  | { readonly kind: 'next_link'; readonly how: 'loop' | 'none' | 'both' }
  /** The link leads to the same page under another origin. */
  | { readonly kind: 'foreign_link'; readonly origin: string }
  /** The page has no entries, and its link leads to the page itself. */
  | { readonly kind: 'empty_page' }
  /** Every entry of the page comes twice. */
  | { readonly kind: 'double_entries' }
  /** Entries, or the object, without these properties. */
  | { readonly kind: 'drop_fields'; readonly names: readonly string[] }
  | ({ readonly kind: 'replace_field' } & ReplaceField);

/** What the service says of one thing, wherever the answer says it, with another value. */
export interface ReplaceField {
  /** The thing with this id: the answer itself or one of its entries. Absent: the answer itself. */
  readonly id?: string;
  /** The way to the value: property names, and numbers for places in a list. */
  readonly path: readonly (string | number)[];
  /** Absent: the property is left out. */
  readonly value?: unknown;
}

export interface StatusFault {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  /** As the header should say it: seconds, an HTTP date, nonsense. Absent: no header. */
  readonly retryAfter?: string;
  /** Where a redirect leads. */
  readonly location?: string;
  /** An answer without a body. */
  readonly noBody?: boolean;
}

/** Which requests a fault hits. All given conditions must hold. */
export interface FaultRule {
  readonly service?: LoggedRequest['service'];
  readonly mailbox?: string;
  /**
   * A regular expression over the decoded path and query, of EWS with `#<operation>`; `#SyncFolderItems?later` goes on
   * from where an earlier round ended.
   */
  readonly path?: string;
  readonly method?: string;
  /** The first matching request to hit, counting from 1. */
  readonly nth?: number;
  /** How many in a row from there; 1 unless told, 0 for all. */
  readonly count?: number;
  readonly fault: Fault;
}

export interface FaultSubject {
  readonly service: LoggedRequest['service'];
  readonly mailbox: string | null;
  readonly path: string;
  readonly method: string;
}

interface ActiveRule {
  readonly id: number;
  readonly rule: FaultRule;
  readonly pattern: RegExp | null;
  seen: number;
  hits: number;
}

/** The list of faults in force. */
export class FaultControl {
  #rules: ActiveRule[] = [];
  #lastId = 0;

  /** Gives the rule's id. */
  add(rule: FaultRule): number {
    this.#lastId += 1;
    const pattern = rule.path === undefined ? null : new RegExp(rule.path, 'i');
    this.#rules.push({ id: this.#lastId, rule, pattern, seen: 0, hits: 0 });
    return this.#lastId;
  }

  remove(id: number): void {
    this.#rules = this.#rules.filter((active) => active.id !== id);
  }

  clear(): void {
    this.#rules = [];
  }

  /** How many requests a rule has hit. */
  hits(id: number): number {
    return this.#rules.find((active) => active.id === id)?.hits ?? 0;
  }

  list(): readonly { readonly id: number; readonly rule: FaultRule; readonly hits: number }[] {
    return this.#rules.map(({ id, rule, hits }) => ({ id, rule, hits }));
  }

  /** Counts the request on every rule it fits, and gives the first fault that is due. */
  take(subject: FaultSubject): Fault | null {
    let due: Fault | null = null;
    for (const active of this.#rules) {
      if (!fits(active, subject)) continue;
      active.seen += 1;
      if (due !== null || !isDue(active)) continue;
      active.hits += 1;
      due = active.rule.fault;
    }
    return due;
  }
}

function fits({ rule, pattern }: ActiveRule, subject: FaultSubject): boolean {
  if (rule.service !== undefined && rule.service !== subject.service) return false;
  if (rule.mailbox !== undefined && rule.mailbox.toLowerCase() !== subject.mailbox?.toLowerCase()) return false;
  if (rule.method !== undefined && rule.method.toUpperCase() !== subject.method) return false;
  return pattern === null || pattern.test(subject.path);
}

function isDue({ rule, seen }: ActiveRule): boolean {
  const first = rule.nth ?? 1;
  const count = rule.count ?? 1;
  return seen >= first && (count === 0 || seen < first + count);
}
