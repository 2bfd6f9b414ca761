/** Which images are builds of the same thing, by their names, and which of them are the newest. */

import type { Image } from "@aws-sdk/client-ec2";
import { isLike } from "../../../sdk/exempt-from.ts";
import { whenUsed } from "../../../sdk/when-used.ts";

const leastOfHash = 7;

/** A hash is hexadecimal, with a digit in it, so that no word is one. */
const isHash = (word: string): boolean =>
  word.length >= leastOfHash && /^[0-9a-f]+$/.test(word) && /\d/.test(word);

/** `db01`, `x86`: its number says which of them it is, and is no build's as in `build12`. */
const isOneOfMany = (word: string): boolean =>
  /^[a-z]{2,}\d{1,3}$/.test(word) &&
  !/^(build|rev|rc|alpha|beta|ver|version|release|run)\d/.test(word);

/** Of digits in a row, with what stands between dates and versions, one is left. */
const joined = (text: string): string => text.replace(/#[-_.:#]*#/g, "#");

/** What differs from build to build: dates, numbers, hashes. */
function withoutBuild(name: string): string {
  const words = name.toLowerCase().replace(/[a-z0-9]+/g, (word) => {
    if (isHash(word)) return "#";
    return isOneOfMany(word) ? word : word.replace(/\d+/g, "#");
  });
  return joined(words);
}

/**
 * @param patterns names with `*`; the first that fits is its series
 * @returns the pattern, or the name with `#` for what differs from build to build
 */
export function seriesOf(name: string, patterns: readonly string[]): string {
  return patterns.find((pattern) => isLike(name, pattern)) ?? withoutBuild(name);
}

const byNumber = whenUsed(() => new Intl.Collator("en", { numeric: true }));

/** Of the same moment the one with the higher number in its name is newer. */
const newestFirst = (a: Image, b: Image): number =>
  (b.CreationDate ?? "").localeCompare(a.CreationDate ?? "") ||
  byNumber().compare(b.Name ?? "", a.Name ?? "");

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
  // What is built for another processor or system replaces nothing.
  const kindOf = ({ Name = "", Architecture, Platform }: Image): string =>
    JSON.stringify([seriesOf(Name, patterns), Architecture, Platform]);
  const places = new Map<Image, Series>();
  for (const all of Map.groupBy(named, kindOf).values()) {
    const name = seriesOf(all[0]?.Name ?? "", patterns);
    let newer = 0;
    for (const image of all.toSorted(newestFirst)) {
      places.set(image, { name, newer });
      if (image.State === "available") newer += 1;
    }
  }
  return places;
}
