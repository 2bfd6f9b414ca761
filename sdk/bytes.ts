/** Amounts of bytes as people read them. */

const units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `16 GiB`, `1.5 MiB`, `1 byte`: with at most one decimal, below zero too. */
export function bytesText(bytes: number): string {
  const amount = Math.abs(bytes);
  // What is rounded up to 1024 is one of the next unit.
  const fits = units.findIndex((_, power) => Math.round((amount / 1024 ** power) * 10) / 10 < 1024);
  const unit = fits < 0 ? units.length - 1 : fits;
  const value = Math.round((bytes / 1024 ** unit) * 10) / 10;
  return `${value} ${unit === 0 && Math.abs(value) === 1 ? "byte" : units[unit]}`;
}
