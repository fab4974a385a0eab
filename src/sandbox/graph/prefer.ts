/** What the Prefer header asks for, and how the answer confirms it. */
export interface Prefer {
  readonly bodyText: boolean;
  readonly immutableIds: boolean;
  readonly maxPageSize: number | null;
  /** The value of Preference-Applied; '' for none. */
  readonly applied: string;
}

export function parsePrefer(header: string | undefined): Prefer {
  const words = (header ?? '').split(',').map((word) => word.trim());
  const applied = words.filter((word) => known.some((pattern) => pattern.test(word)));
  const pageSize = words
    .map((word) => /^odata\.maxpagesize="?(\d+)"?$/i.exec(word)?.[1])
    .find((size) => size !== undefined);
  return {
    bodyText: words.some((word) => /^outlook\.body-content-type="?text"?$/i.test(word)),
    immutableIds: words.some((word) => /^IdType="?ImmutableId"?$/i.test(word)),
    maxPageSize: pageSize === undefined ? null : Math.max(1, Number(pageSize)),
    applied: applied.join(', '),
  };
}

const known = [
  /^odata\.maxpagesize=/i,
  /^outlook\.body-content-type="?(text|html)"?$/i,
  /^IdType="?ImmutableId"?$/i,
  /^outlook\.allow-unsafe-html$/i,
];
