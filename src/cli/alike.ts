/** What is to be said of a mailbox, line by line. */
export interface Told {
  readonly mailbox: string;
  readonly lines: readonly string[];
}

export interface ToldAlike {
  readonly mailboxes: readonly string[];
  /** The addresses, or `all 18 mailboxes`. */
  readonly who: string;
  readonly lines: readonly string[];
}

/** The same words about several mailboxes are said once: eighteen that fail for one reason have one thing to mend. */
export function toldAlike(told: readonly Told[], outOf: number): ToldAlike[] {
  const alike = new Map<string, { readonly mailboxes: string[]; readonly lines: readonly string[] }>();
  for (const { mailbox, lines } of told) {
    const known = alike.get(lines.join('\n'));
    if (known === undefined) alike.set(lines.join('\n'), { mailboxes: [mailbox], lines });
    else known.mailboxes.push(mailbox);
  }
  return [...alike.values()].map(({ mailboxes, lines }) => {
    const all = mailboxes.length > 2 && mailboxes.length === outOf;
    return { mailboxes, lines, who: all ? `all ${outOf} mailboxes` : mailboxes.join(', ') };
  });
}
