import type { Style } from '../style.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Look {
  readonly style: Style;
  readonly timezone: string;
}
