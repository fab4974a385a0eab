import type { Node } from './xml.ts';

/** Which properties of items were asked for. */
export interface ItemShape {
  readonly fields: ReadonlySet<string>;
  readonly extended: readonly Node[];
  readonly bodyType: 'Best' | 'HTML' | 'Text';
}
