import type * as Ews from 'ews-javascript-api';
import { createRequire } from 'node:module';
import { IntegratorError } from '../../domain/errors.ts';

type Library = typeof Ews;

let loading: Promise<Library> | undefined;

/**
 * ews-javascript-api, made safe, on first use: it costs half a second and 55 MB. Throws `bug` where the patches do not
 * hold, as after an upgrade; nothing is ever sent then.
 */
export function loadLibrary(): Promise<Library> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Library> {
  const require = createRequire(import.meta.url);
  supplyUtil(require('node:util'));
  const writer: WriterModule = require('ews-javascript-api/js/Core/EwsServiceXmlWriter.js');
  escapeWhatIsWritten(writer.EwsServiceXmlWriter);
  const logging: LoggingModule = require('ews-javascript-api/js/Core/EwsLogging.js');
  logging.EwsLogging.Log = () => undefined;
  const collections: CollectionModule = require('ews-javascript-api/js/ComplexProperties/ComplexPropertyCollection.js');
  readNoTextAsList(collections.ComplexPropertyCollection.prototype);
  return import('ews-javascript-api');
}

/** The library calls it for every extended property; Node 23 took it away. */
function supplyUtil(util: { isNullOrUndefined?: (value: unknown) => boolean }): void {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

/** It writes to standard output what it makes nothing of, where only data may stand. */
interface LoggingModule {
  readonly EwsLogging: { Log: () => void };
}

interface CollectionModule {
  readonly ComplexPropertyCollection: { readonly prototype: CollectionReader };
}

interface CollectionReader {
  CreateFromXmlJsObjectCollection: (this: CollectionReader, value: unknown, service: unknown) => void;
}

/** Where a list should stand, the library makes a member of each letter of a text, in minutes where it is long. */
function readNoTextAsList(reader: CollectionReader): void {
  const create = reader.CreateFromXmlJsObjectCollection;
  reader.CreateFromXmlJsObjectCollection = function readList(this: CollectionReader, value, service) {
    if (typeof value !== 'string') create.call(this, value, service);
  };
}

interface WriterModule {
  readonly EwsServiceXmlWriter: WriterClass;
}

interface Writer {
  WriteValue: (this: Writer, value: string, name: string | null) => void;
  WriteAttributeString: (this: Writer, ...parts: string[]) => void;
  GetXML(): string;
}

interface WriterClass {
  readonly prototype: Writer;
  new (service: null): Writer;
}

/** The library's writer escapes nothing (by its own design): texts of mail would become part of the XML. */
function escapeWhatIsWritten(writer: WriterClass): void {
  const hostile = '</t:a><b c="d">&\u0001';
  if (writtenBy(writer, hostile) !== `${hostile} "${hostile}"`)
    throw changed('it already escapes, or writes differently');
  const { prototype } = writer;
  const [value, attribute] = [prototype.WriteValue, prototype.WriteAttributeString];
  prototype.WriteValue = function writeEscaped(this: Writer, text, name) {
    value.call(this, escapeXml(text), name);
  };
  prototype.WriteAttributeString = function writeEscaped(this: Writer, ...parts) {
    attribute.call(this, ...parts.slice(0, -1), escapeXml(parts.at(-1) ?? ''));
  };
  const escaped = '&lt;/t:a&gt;&lt;b c=&quot;d&quot;&gt;&amp;';
  if (writtenBy(writer, hostile) !== `${escaped} "${escaped}"`) throw changed('what it writes is not escaped');
}

function writtenBy(writer: WriterClass, text: string): string {
  const value = new writer(null);
  value.WriteValue(text, null);
  const attribute = new writer(null);
  attribute.WriteAttributeString('x', text);
  return `${value.GetXML()} ${attribute.GetXML().slice('x='.length)}`;
}

function changed(how: string): IntegratorError {
  return new IntegratorError('bug', `the XML writer of ews-javascript-api is not the one we know: ${how}`, {
    hint: 'Install the version of ews-javascript-api that integrator asks for.',
  });
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Nothing to escape: attachments are megabytes of such text. */
const plain = /^[ !#-%'-;=?-~]*$/;

/** Text for XML 1.0: what has no place there (control characters, half surrogates) is left out. */
export function escapeXml(text: unknown): string {
  const written = String(text);
  if (plain.test(written)) return written;
  let out = '';
  for (const character of written) out += entities[character] ?? (isAllowed(character) ? character : '');
  return out;
}

function isAllowed(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
