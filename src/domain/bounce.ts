import type { AutomaticSource } from './automatic.ts';
import { automaticKind } from './automatic.ts';
import { headerIndex, headerValue } from './headers.ts';
import type { HeaderIndex } from './headers.ts';
import { messageKey, messageKeysIn } from './message-id.ts';

/** Written by mail systems that have not given up yet; such a notice has the form of a bounce. */
const stillTrying = /\bdelay(?:ed)?\b|^warning: (?:could not send|message)|still being retried/iu;
const idLine = /^[ \t>]*(?:original-|x-original-)?message-id:\s*<([^<>\s]{1,998})>/imu;
const action = /^action:[ \t]*([a-z]+)/gimu;

/**
 * Message keys of the mail that this bounce returns; empty where it is no bounce, or one that only tells of a delay or
 * of success. `texts` are the mail's text and its attached parts (delivery status, the returned mail or its headers),
 * of which the first id counts, since what follows is the returned mail's own text.
 */
export function bouncedMessageKeys(mail: AutomaticSource, texts: readonly string[]): readonly string[] {
  const headers = headerIndex(mail.headers);
  const found = automaticKind(mail, headers);
  if (found?.kind !== 'bounce' || found.weak || !saysFailed(mail.subject, texts)) return [];
  const own = messageKey(headerValue(headers, 'message-id'));
  const keys = [...texts.flatMap(firstId), ...keysInHeaders(headers)];
  return [...new Set(keys)].filter((key) => key !== own);
}

function saysFailed(subject: string, texts: readonly string[]): boolean {
  const actions = texts.flatMap((text) => [...text.matchAll(action)].map((match) => match[1]?.toLowerCase()));
  return actions.length > 0
    ? actions.some((each) => each === 'failed' || each === 'expired')
    : !stillTrying.test(subject);
}

function firstId(text: string): readonly string[] {
  const key = messageKey(idLine.exec(text)?.[1] ?? null);
  return key === null ? [] : [key];
}

/** The last of the references is the returned mail; those before it arrived. */
function keysInHeaders(headers: HeaderIndex): readonly string[] {
  return [
    ...messageKeysIn(headers, 'x-ms-exchange-parent-message-id'),
    ...messageKeysIn(headers, 'x-original-message-id'),
    ...messageKeysIn(headers, 'in-reply-to'),
    ...messageKeysIn(headers, 'references').slice(-1),
  ];
}
