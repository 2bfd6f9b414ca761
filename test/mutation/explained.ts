/** Mutations that no test can notice, and why: the broken code does the same. */
export interface Explained {
  readonly file: string;
  /** As it stands there. */
  readonly code: string;
  readonly instead: string;
  readonly why: string;
}

export const explained: readonly Explained[] = [];
