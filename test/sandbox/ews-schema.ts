import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The published schema is no part of the project, and xmllint no part of every machine. */
const schema = new URL('../../../shared/specs/ews/ews-all.xsd', import.meta.url).pathname;
const validator = 'xmllint';

export const canValidate = existsSync(schema) && spawnSync(validator, ['--version']).status === 0;

/** Throws, naming the file and line, where what a SOAP message carries is not valid by the published schema. */
export function validate(messages: readonly string[]): void {
  const directory = mkdtempSync(join(tmpdir(), 'ews-messages-'));
  try {
    const files = messages.map((text, index) => {
      const file = join(directory, `${index}.xml`);
      writeFileSync(file, carriedBy(text));
      return file;
    });
    execFileSync(validator, ['--noout', '--schema', schema, ...files], { stdio: 'pipe' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The element in the body, with the namespaces the envelope declares. */
function carriedBy(message: string): string {
  const [, envelope = ''] = /<(?:\w+:)?Envelope([^>]*)>/.exec(message) ?? [];
  const [, element = ''] = /<(?:\w+:)?Body[^>]*>(.*)<\/(?:\w+:)?Body>/s.exec(message) ?? [];
  const declared = [...envelope.matchAll(/xmlns(?::\w+)?="[^"]*"/g)].map(([one]) => one);
  const missing = declared.filter((one) => !(/<[^>]*>/.exec(element)?.[0] ?? '').includes(one.split('=')[0] ?? one));
  return element.replace(/^\s*<([\w:]+)/, (start) => [start, ...missing].join(' '));
}
