/** `$1,204.50`: US dollars, to the cent. */
export const dollars = (amount: number): string => {
  const size = Math.abs(amount).toLocaleString("en-US", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  return amount < 0 ? `-$${size}` : `$${size}`;
};
