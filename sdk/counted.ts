/** `1 change`, `3 changes`; `many` where the plural is irregular. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
