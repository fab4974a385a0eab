import { Random } from '../random.ts';
import type { AttachmentSpec, MessageSpec } from './types.ts';

/** How a large mailbox is filled: cheap in memory, because bodies and attachment bytes are shared. */
export interface BulkSpec {
  readonly count: number;
  /** Characters of HTML per mail; about 20,000 unless told. */
  readonly bodyLength?: number;
  /** Every n-th mail has an attachment; 10 unless told, 0 for none. */
  readonly attachmentEvery?: number;
  readonly attachmentBytes?: number;
  /** Received time of the newest; epoch milliseconds. */
  readonly newestAt?: number;
  /** Time between two mails. */
  readonly intervalMs?: number;
  readonly from?: readonly string[];
  readonly subjects?: readonly string[];
  readonly seed?: number;
}

const variants = 16;
const senders = [
  'Dana Reyes <dana@northwind.example>',
  'Emil Voss <emil@voss-maschinen.example>',
  'Fay Lin <fay@lin.example>',
];
const words =
  'order delivery quarter invoice meeting project budget please review attached proposal schedule team support contract signed draft feedback machine service region price change update'.split(
    ' ',
  );

/** Text and bytes of bulks that were made before: many mailboxes of one kind share them. */
const pools = new Map<string, Pool>();

interface Pool {
  readonly bodies: readonly string[];
  readonly attachment: AttachmentSpec;
}

function poolFor(spec: BulkSpec): Pool {
  const [bodyLength, attachmentBytes, seed] = [
    spec.bodyLength ?? 20_000,
    spec.attachmentBytes ?? 20_000,
    spec.seed ?? 7,
  ];
  const key = `${bodyLength} ${attachmentBytes} ${seed}`;
  const known = pools.get(key);
  if (known !== undefined) return known;
  const random = new Random(seed);
  const pool = {
    bodies: Array.from({ length: variants }, () => htmlOf(random, bodyLength)),
    attachment: sharedAttachment(random, attachmentBytes),
  };
  pools.set(key, pool);
  return pool;
}

/** The specs of a bulk, oldest first, made one by one. */
export function* bulkMessages(spec: BulkSpec, now: number): Generator<MessageSpec> {
  const random = new Random(spec.seed ?? 7);
  const { bodies, attachment } = poolFor(spec);
  const every = spec.attachmentEvery ?? 10;
  const from = spec.from ?? senders;
  for (let index = 0; index < spec.count; index += 1) {
    const age = (spec.count - 1 - index) * (spec.intervalMs ?? 60_000);
    yield {
      from: from[index % from.length] ?? 'a@acme.example',
      subject: spec.subjects?.[index % spec.subjects.length] ?? `${sentence(random, 4)} ${index + 1}`,
      html: bodies[index % variants] ?? '',
      receivedAt: (spec.newestAt ?? now) - age,
      ...(every > 0 && index % every === every - 1 ? { attachments: [attachment] } : {}),
    };
  }
}

function sharedAttachment(random: Random, size: number): AttachmentSpec {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 1) bytes[at] = random.below(256);
  return { kind: 'file', name: 'drawing.pdf', contentType: 'application/pdf', content: bytes };
}

function htmlOf(random: Random, length: number): string {
  let html = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>';
  while (html.length < length - 14)
    html += `<p style="margin:0cm;font-family:Calibri">${sentence(random, 24)}.</p>\r\n`;
  return `${html}</body></html>`;
}

function sentence(random: Random, length: number): string {
  const text = Array.from({ length }, () => words[random.below(words.length)] ?? 'mail').join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
