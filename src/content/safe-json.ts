/*
 * JSON escapes the C0 controls only. What else a terminal acts upon, or does not show, is escaped too: DEL and C1 (CSI
 * and OSC have one-byte forms there), bidi overrides, zero-width characters, line separators, lone surrogates' kin.
 */
const unseen = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** The same JSON, harmless to print: every reader of JSON gets the same value out of it. */
export function safeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(unseen, escapeCharacter);
}

function escapeCharacter(character: string): string {
  // The line breaks and spaces of the indentation itself; inside strings JSON has escaped them already.
  if (character === '\n') return character;
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
