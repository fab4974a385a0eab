import type { OpenElement } from './html-walk.ts';

/** A place in an HTML source: its offset and the innermost element open there. */
export interface Place {
  readonly offset: number;
  readonly at: OpenElement | null;
}

/** The HTML without what lies between two places; both parts stay well-formed, word for word as the source has them. */
export function cutHtml(
  html: string,
  from: Place,
  to: Place | null,
): { readonly kept: string; readonly taken: string } {
  const before = path(from.at);
  const after = to === null ? [] : path(to.at);
  const shared = before.findIndex((element, index) => element !== after[index]);
  const common = shared === -1 ? before.length : shared;
  const opening = (elements: readonly OpenElement[]) =>
    elements.map((element) => html.slice(element.start, element.end)).join('');
  const closing = (elements: readonly OpenElement[]) =>
    elements
      .toReversed()
      .map((element) => `</${element.name}>`)
      .join('');
  const end = to?.offset ?? html.length;
  const kept =
    html.slice(0, from.offset) + closing(before.slice(common)) + opening(after.slice(common)) + html.slice(end);
  return { kept, taken: opening(before) + html.slice(from.offset, end) + closing(after) };
}

/** From the outermost element inwards. */
function path(innermost: OpenElement | null): readonly OpenElement[] {
  const elements: OpenElement[] = [];
  for (let element = innermost; element !== null; element = element.parent) elements.push(element);
  return elements.toReversed();
}
