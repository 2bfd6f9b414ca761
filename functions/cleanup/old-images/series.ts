/** Which images are builds of the same thing, by their names, and which of them are the newest. */
import type { Image } from "@aws-sdk/client-ec2";

/** A hash: hexadecimal, with a digit in it, so that no word is one. */
const hash = /\b(?=[0-9a-f]*\d)[0-9a-f]{7,}\b/g;

/** What differs from build to build: dates, numbers, hashes. */
const withoutBuild = (name: string): string =>
  name
    .toLowerCase()
    .replace(hash, "#")
    .replace(/\d+/g, "#")
    .replace(/#([-_.:]?#)+/g, "#");

const asExpression = (pattern: string): RegExp =>
  new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`, "s");

/**
 * @param patterns names with `*`; the first that fits is its series
 * @returns the pattern, or the name with `#` for what differs from build to build
 */
export function seriesOf(name: string, patterns: readonly string[]): string {
  return patterns.find((pattern) => asExpression(pattern).test(name)) ?? withoutBuild(name);
}

const byNumber = new Intl.Collator("en", { numeric: true });

/** Of the same moment the one with the higher number in its name is newer. */
const newestFirst = (a: Image, b: Image): number =>
  (b.CreationDate ?? "").localeCompare(a.CreationDate ?? "") ||
  byNumber.compare(b.Name ?? "", a.Name ?? "");

export interface Series {
  /** As people name it. */
  readonly name: string;
  /** How many of it are newer, and can be used. */
  readonly newer: number;
}

/** @returns for each image that has a name its series, and its place in that */
export function placesIn(
  images: readonly Image[],
  patterns: readonly string[],
): ReadonlyMap<Image, Series> {
  const named = images.filter(({ Name }) => Name);
  const bySeries = Map.groupBy(named, ({ Name = "" }) => seriesOf(Name, patterns));
  const places = new Map<Image, Series>();
  for (const [name, all] of bySeries) {
    let newer = 0;
    for (const image of all.toSorted(newestFirst)) {
      places.set(image, { name, newer });
      if (image.State === "available") newer += 1;
    }
  }
  return places;
}
