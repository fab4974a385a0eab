/** PostgreSQL refuses a NUL in text. In mail it is never meant, and one mail must not stop the page it is on. */
export function withoutNul(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}
