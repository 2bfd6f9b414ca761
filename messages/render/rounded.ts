/** As many digits behind the point as a reader of a chart makes use of. */
function digitsOf(value: number): number {
  const size = Math.abs(value);
  if (size < 10) return 2;
  return size < 1000 ? 1 : 0;
}

/** `1,204`, `12.5`, `0.25` */
export const roundedText = (value: number): string =>
  value.toLocaleString("en-GB", { maximumFractionDigits: digitsOf(value) });
