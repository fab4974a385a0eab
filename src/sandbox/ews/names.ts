import { malformed } from './call.ts';
import type { Call } from './call.ts';
import { each } from './folders.ts';
import { mailboxXml } from './item-xml.ts';
import { EwsRefusal, success } from './soap.ts';
import { child, tag, textOf } from './xml.ts';

/** The answer names the mailbox an id belongs to, whatever was claimed. */
export function convertId(call: Call): readonly string[] {
  const format = call.body.attributes['DestinationFormat'] ?? 'EwsId';
  return (child(call.body, 'SourceIds')?.children ?? []).map((source) =>
    each(call.operation, () => {
      const id = source.attributes['Id'] ?? '';
      const mailbox = call.world
        .mailboxes()
        .find(({ ids }) => ids.read('folder', id) !== null || ids.read('item', id) !== null);
      if (mailbox === undefined) throw malformed();
      const attributes = { 'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance', 'xsi:type': 't:AlternateIdType' };
      return success(
        call.operation,
        tag('m:AlternateId', '', { ...attributes, Format: format, Id: id, Mailbox: mailbox.address }),
      );
    }),
  );
}

export function resolveNames(call: Call): readonly string[] {
  return [
    each(call.operation, () => {
      const wanted = (textOf(call.body, 'UnresolvedEntry') ?? '').replace(/^smtp:/i, '').toLowerCase();
      const found = call.world
        .mailboxes()
        .filter(({ address, displayName }) => `${address}\n${displayName}`.toLowerCase().includes(wanted));
      if (wanted === '' || found.length === 0)
        throw new EwsRefusal('ErrorNameResolutionNoResults', 'No results were found.');
      const resolutions = found
        .slice(0, 100)
        .map(({ address, displayName }) => tag('t:Resolution', mailboxXml({ name: displayName, address })));
      const attributes = { TotalItemsInView: String(resolutions.length), IncludesLastItemInRange: 'true' };
      return success(call.operation, tag('m:ResolutionSet', resolutions, attributes));
    }),
  ];
}
