import type { Header, MessageSpec, Person } from '../world/types.ts';
import { isHeader, namedIdOf } from './extended.ts';
import { EwsRefusal } from './soap.ts';
import { child, textOf } from './xml.ts';
import type { Node } from './xml.ts';

const messageIdTag = 0x1035;
const nothing: Readonly<Record<string, string>> = {};

/** A message a client describes, as what a spec says about it. Only what was given is in the result. */
export function messageInput(node: Node): MessageSpec {
  const subject = child(node, 'Subject');
  const body = child(node, 'Body');
  return {
    ...(subject === null ? {} : { subject: subject.text }),
    ...(body === null ? {} : bodySpec(body)),
    ...addresseeSpec(node),
    ...propertySpec(node.children.filter(({ name }) => name === 'ExtendedProperty')),
  };
}

/** Fields of an answer: `NewBodyContent` is left to the caller. */
export function addresseeSpec(node: Node): MessageSpec {
  const from = child(node, 'From', 'Mailbox');
  return {
    ...(from === null ? {} : { from: personOf(from) }),
    ...listSpec(node, 'ToRecipients', 'to'),
    ...listSpec(node, 'CcRecipients', 'cc'),
    ...listSpec(node, 'BccRecipients', 'bcc'),
  };
}

export function bodySpec(node: Node): MessageSpec {
  return node.attributes['BodyType'] === 'HTML' ? { html: node.text } : { text: node.text };
}

function listSpec(node: Node, name: string, field: 'to' | 'cc' | 'bcc'): MessageSpec {
  const list = child(node, name);
  return list === null ? {} : { [field]: list.children.map(personOf) };
}

function personOf(mailbox: Node): Person {
  const address = textOf(mailbox, 'EmailAddress') ?? '';
  if (address === '') throw new EwsRefusal('ErrorInvalidRecipients', 'At least one recipient is not valid.');
  return { name: textOf(mailbox, 'Name') ?? address, address };
}

/** Throws for properties that nobody can set. */
function propertySpec(properties: readonly Node[]): MessageSpec {
  const headers: Header[] = [];
  const own: [string, string][] = [];
  let messageId: string | undefined;
  for (const property of properties) {
    const attributes = child(property, 'ExtendedFieldURI')?.attributes ?? nothing;
    const value = child(property, 'Value')?.text ?? '';
    const id = namedIdOf(attributes);
    if (isHeader(attributes)) headers.push({ name: attributes['PropertyName'] ?? '', value });
    else if (Number(attributes['PropertyTag']) === messageIdTag) messageId = value;
    else if (id !== null) own.push([id, value]);
    else
      throw new EwsRefusal('ErrorInvalidExtendedProperty', 'The extended property attribute combination is invalid.');
  }
  return {
    ...(headers.length === 0 ? {} : { headers }),
    ...(own.length === 0 ? {} : { extendedProperties: Object.fromEntries(own) }),
    ...(messageId === undefined ? {} : { internetMessageId: messageId }),
  };
}
