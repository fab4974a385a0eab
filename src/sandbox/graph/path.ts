/** A path below the version, as decoded segments: `users('a')/messages` and `users/a/messages` are the same. */
export function segmentsOf(path: string): readonly string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .flatMap((segment) => {
      const decoded = decode(segment);
      const keyed = /^([A-Za-z]+)\('(.*)'\)$/s.exec(decoded);
      if (keyed !== null) return [keyed[1] ?? '', (keyed[2] ?? '').replaceAll("''", "'")];
      return [decoded.replace(/^(microsoft\.graph\.)?(delta)(\(\))?$/i, '$2')];
    });
}

/** A pattern is names and stars; gives what stood at the stars, or null where the path is another one. */
export function matchPath(pattern: readonly string[], segments: readonly string[]): readonly string[] | null {
  if (pattern.length !== segments.length) return null;
  const values: string[] = [];
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part === '*') values.push(segment);
    else if (part.toLowerCase() !== segment.toLowerCase()) return null;
  }
  return values;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
