import { baseFields } from './item-xml.ts';
import type { ItemShape } from './item-shape.ts';
import { child, textOf } from './xml.ts';
import type { Node } from './xml.ts';

export function shapeOf(node: Node | null): ItemShape {
  const additional = child(node, 'AdditionalProperties')?.children ?? [];
  const fields = new Set(baseFields[textOf(node, 'BaseShape') ?? 'IdOnly'] ?? []);
  for (const one of additional) if (one.name === 'FieldURI') fields.add(one.attributes['FieldURI'] ?? '');
  if (textOf(node, 'IncludeMimeContent') === 'true') fields.add('item:MimeContent');
  const body = textOf(node, 'BodyType');
  return {
    fields,
    extended: additional.filter(({ name }) => name === 'ExtendedFieldURI'),
    bodyType: body === 'HTML' || body === 'Text' ? body : 'Best',
  };
}
