/** What a person sees as a mail's id: one per mail and mailbox, short, stable. */
export function mailId(itemId: number): string {
  return `m${itemId}`;
}

/** "m12", "M12" and "12" are the item 12; null for anything else. */
export function parseMailId(text: string): number | null {
  const digits = /^m?(\d{1,15})$/iu.exec(text.trim())?.[1];
  return digits === undefined ? null : Number(digits);
}
