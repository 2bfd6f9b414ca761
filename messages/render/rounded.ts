/** As many digits behind the point as a reader of a chart makes use of. */
function digitsOf(value: number): number {
  const size = Math.abs(value);
  if (size < 10) return 2;
  return size < 1000 ? 1 : 0;
}

/** `1,204`, `12.5`, `0.25` */
export const roundedText = (value: number): string =>
  value.toLocaleString("en-GB", { maximumFractionDigits: digitsOf(value) });

/** The same, and short whatever it is: `1.2e+6`, `5.0e-3` */
export const shortText = (value: number): string => {
  const size = Math.abs(value);
  const isExtreme = size >= 1e6 || (value !== 0 && size < 0.01);
  return isExtreme ? value.toExponential(1) : roundedText(value);
};
