import { z } from 'zod';
import type { Reply } from '../reply.ts';
import type { Mailbox } from '../world/mailbox.ts';
import { answer } from './call.ts';
import type { Call } from './call.ts';
import { badRequest } from './errors.ts';

const shownAlways = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
];

/** `GET /me`, `GET /users/{id}` */
export function getUser(call: Call): Reply {
  const all = userFields(call.mailbox);
  const names = call.query.select?.filter((name) => name.toLowerCase() !== 'id') ?? shownAlways;
  const shown = names.map((name) => {
    const found = Object.entries(all).find(([known]) => known.toLowerCase() === name.toLowerCase());
    if (found === undefined)
      throw badRequest(`Could not find a property named '${name}' on type 'microsoft.graph.user'.`, 'BadRequest');
    return found;
  });
  return answer(call, 200, {
    '@odata.context': `${call.graph.root()}/$metadata#users/$entity`,
    id: call.mailbox.objectId,
    ...Object.fromEntries(shown),
  });
}

function userFields(mailbox: Mailbox): Readonly<Record<string, unknown>> {
  const [givenName = '', ...rest] = mailbox.displayName.split(' ');
  const person = mailbox.kind === 'user';
  return {
    businessPhones: [],
    displayName: mailbox.displayName,
    givenName: person ? givenName : null,
    jobTitle: null,
    mail: mailbox.kind === 'none' ? null : mailbox.address,
    mailNickname: mailbox.address.split('@')[0] ?? '',
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: person ? rest.join(' ') : null,
    userPrincipalName: mailbox.userPrincipalName,
    userType: 'Member',
    proxyAddresses: mailbox.kind === 'none' ? [] : [`SMTP:${mailbox.address}`],
    otherMails: [],
    // Nobody signs in to a shared mailbox or a room: their accounts are blocked.
    accountEnabled: mailbox.enabled && (person || mailbox.kind === 'none'),
    assignedLicenses: person ? [{ disabledPlans: [], skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900' }] : [],
  };
}

const purposes = { user: 'user', shared: 'shared', room: 'room', equipment: 'equipment', none: 'others' } as const;

/** `GET …/mailboxSettings` */
export function getMailboxSettings(call: Call): Reply {
  const all: Record<string, unknown> = {
    archiveFolder: call.mailbox.ids.make('folder', call.mailbox.folder('archive').serial),
    timeZone: 'W. Europe Standard Time',
    delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
    dateFormat: 'dd.MM.yyyy',
    timeFormat: 'HH:mm',
    userPurpose: purposes[call.mailbox.kind],
    automaticRepliesSetting: {
      status: 'disabled',
      externalAudience: 'all',
      internalReplyMessage: '',
      externalReplyMessage: '',
    },
    language: { locale: 'en-US', displayName: 'English (United States)' },
  };
  const select = call.query.select?.map((name) => name.toLowerCase()) ?? null;
  const chosen = Object.entries(all).filter(([name]) => select === null || select.includes(name.toLowerCase()));
  const context = `${call.graph.root()}/$metadata#${call.base}/mailboxSettings`;
  return answer(call, 200, { '@odata.context': context, ...Object.fromEntries(chosen) });
}

/** `GET …/mailboxSettings/userPurpose` */
export function getUserPurpose(call: Call): Reply {
  const context = `${call.graph.root()}/$metadata#${call.base}/mailboxSettings/userPurpose`;
  return answer(call, 200, { '@odata.context': context, value: purposes[call.mailbox.kind] });
}

const translateSchema = z.object({
  inputIds: z.array(z.string()).max(1000),
  sourceIdType: z.string(),
  targetIdType: z.string(),
});

/** `POST …/translateExchangeIds`: between classic and immutable ids; changes nothing. */
export function translateIds(call: Call): Reply {
  const parsed = translateSchema.safeParse(parseJson(call.request.body));
  if (!parsed.success) throw badRequest('Invalid request body.', 'ErrorInvalidRequest');
  const immutable = /^restImmutableEntryId$/i.test(parsed.data.targetIdType);
  const value = parsed.data.inputIds.map((sourceId) => {
    const item = call.mailbox.find(sourceId);
    if (item === null) return { sourceId, errorDetails: { code: 'ErrorInvalidId', message: 'Id is invalid.' } };
    const { ids } = call.mailbox;
    return { sourceId, targetId: immutable ? ids.make('immutable', item.key) : ids.make('item', item.instance) };
  });
  return answer(call, 200, { '@odata.context': `${call.graph.root()}/$metadata#Collection(convertIdResult)`, value });
}

/** Null where the bytes are no JSON. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}
