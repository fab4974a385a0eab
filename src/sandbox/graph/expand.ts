import type { Item } from '../world/types.ts';
import { attachmentJson } from './attachment-json.ts';
import { extendedValue } from './extended.ts';
import type { View } from './message-json.ts';
import type { Expansion } from './query.ts';

/** `$expand` of a message: attachments with everything, extended properties by id. */
export function expanded(
  item: Item,
  view: View,
  expansions: readonly Expansion[],
  innerSelect: boolean,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const { property, select, ids } of expansions) {
    if (property.toLowerCase() === 'attachments') {
      shown['attachments'] = item.attachments.map((one) =>
        attachmentJson(one, view, { select: innerSelect ? select : null, expandItem: false }),
      );
    } else if (property.toLowerCase() === 'singlevalueextendedproperties') {
      const values = ids.flatMap((id) => {
        const value = extendedValue(item, id);
        return value === null ? [] : [{ id, value }];
      });
      if (values.length > 0) shown['singleValueExtendedProperties'] = values;
    }
  }
  return shown;
}
