import type { FolderId, Item, ItemView, SearchFilter, ServiceResponse } from 'ews-javascript-api';
import { createRequire } from 'node:module';
import type { FindBy, FoundMail } from '../sender.ts';
import type { Library } from './client.ts';
import { folderId, type WellKnownId } from './folder-id.ts';
import { mailFolders } from './folders.ts';
import type { EwsMailbox } from './mailbox.ts';
import { foundOf, markProperty, ownProperties } from './sender-message.ts';
import { serviceErrorOf } from './responses.ts';
import { fieldOf, textIn } from './values.ts';

const about = 'the search for sent mail';
/** A search looks through each folder by itself; more in one request would outlast the server's minute. */
const foldersPerSearch = 25;
const mostFound = 50;
/** Gone between two requests, or not for this account: what is there is in other folders. */
const passedOver = new Set(['ErrorFolderNotFound', 'ErrorItemNotFound', 'ErrorAccessDenied']);

const ownFolders: readonly (readonly [WellKnownId, FoundMail['place']])[] = [
  ['drafts', 'drafts'],
  ['sentitems', 'sent_items'],
  ['deleteditems', 'deleted'],
];

interface Hit {
  readonly id: string;
  readonly place: FoundMail['place'];
}

/** All mail of ours with this mark or message id, in all folders. Reads only. */
export async function findSent(mailbox: EwsMailbox, by: FindBy, signal: AbortSignal): Promise<readonly FoundMail[]> {
  const others = await mailFolders(mailbox, signal);
  const places: (readonly [string, FoundMail['place']])[] = [
    ...ownFolders,
    ...others.map(({ id }) => [id, 'elsewhere'] as const),
  ];
  const hits = new Map<string, Hit>();
  for (let from = 0; from < places.length; from += foldersPerSearch) {
    for (const hit of await search(mailbox, places.slice(from, from + foldersPerSearch), by, signal)) {
      // Drafts and the like are among the others too; what they are called first is right.
      if (!hits.has(hit.id)) hits.set(hit.id, hit);
    }
  }
  return hits.size === 0 ? [] : described(mailbox, [...hits.values()], signal);
}

function search(
  mailbox: EwsMailbox,
  places: readonly (readonly [string, FoundMail['place']])[],
  by: FindBy,
  signal: AbortSignal,
): Promise<readonly Hit[]> {
  return mailbox.call(
    about,
    signal,
    async (service, library) => {
      const view = new library.ItemView(mostFound);
      view.PropertySet = library.PropertySet.IdOnly;
      const request = findItemRequest(service);
      request.ParentFolderIds.AddRange(places.map(([id]) => folderId(library, id, mailbox.address)));
      request.SearchFilter = filterOf(library, by);
      request.View = view;
      const { Responses: answers } = await request.Execute();
      return places.flatMap(([, place], index) => {
        const answer = answers[index];
        const error = serviceErrorOf(
          answer,
          library.ServiceError,
          `${about} of ${mailbox.address}`,
          mailbox.client.place,
        );
        if (error !== null && !passedOver.has(error.code ?? '')) throw error;
        const items = error === null ? (answer?.Results?.Items ?? []) : [];
        return items.map((item) => ({ id: textIn(fieldOf(item, 'Id'), 'UniqueId'), place }));
      });
    },
    { parts: true },
  );
}

function filterOf(library: Library, by: FindBy): SearchFilter {
  const { IsEqualTo } = library.SearchFilter;
  if ('mark' in by) return new IsEqualTo(markProperty(library), by.mark);
  return new IsEqualTo(library.EmailMessageSchema.InternetMessageId, `<${by.internetMessageId}>`);
}

/** A search names senders without their address; what was moved away meanwhile is left out. */
function described(mailbox: EwsMailbox, hits: readonly Hit[], signal: AbortSignal): Promise<readonly FoundMail[]> {
  return mailbox.call(about, signal, async (service, library) => {
    const ids = hits.map(({ id }) => new library.ItemId(id));
    const { Responses: answers } = await service.BindToItems(ids, ownProperties(library, 'found'));
    return hits.flatMap(({ place }, index) => {
      const answer = answers[index];
      const error = serviceErrorOf(
        answer,
        library.ServiceError,
        `${about} of ${mailbox.address}`,
        mailbox.client.place,
      );
      if (error !== null && !passedOver.has(error.code ?? '')) throw error;
      const item: unknown = error === null ? (answer?.Item ?? null) : null;
      return item === null ? [] : [foundOf(item, place)];
    });
  });
}

/** The library's own method for several folders makes one folder's trouble everybody's; its request does not. */
interface FindItemRequest {
  readonly ParentFolderIds: { AddRange(ids: readonly FolderId[]): void };
  SearchFilter: SearchFilter;
  View: ItemView;
  Execute(): Promise<{ readonly Responses: readonly FindItemResponse[] }>;
}

type FindItemResponse = ServiceResponse & { readonly Results?: { readonly Items: readonly Item[] } | null };

interface FindItemModule {
  readonly FindItemRequest: new (service: unknown, errorHandling: number) => FindItemRequest;
}

const returnErrors = 0;

function findItemRequest(service: unknown): FindItemRequest {
  const require = createRequire(import.meta.url);
  const library: FindItemModule = require('ews-javascript-api/js/Core/Requests/FindItemRequest.js');
  return new library.FindItemRequest(service, returnErrors);
}
