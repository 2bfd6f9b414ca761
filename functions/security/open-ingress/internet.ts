/** How much of the public internet a list of CIDR blocks covers. */

export type Family = "ipv4" | "ipv6";
/** First and last address, both included. */
export type Range = readonly [first: bigint, last: bigint];

const bits = { ipv4: 32, ipv6: 128 } as const;

/**
 * Addresses that the internet does not route, after the special-purpose registries of RFC 6890. For
 * IPv6 all but the global unicast block 2000::/3, of which only the documentation ranges are taken
 * out.
 */
const special = {
  ipv4: [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
  ],
  ipv6: ["::/3", "2001:db8::/32", "3fff::/20", "4000::/2", "8000::/1"],
} as const;

const octets = (text: string): bigint[] | undefined => {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
    ? parts.map(BigInt)
    : undefined;
};

function ipv4(text: string): bigint | undefined {
  return octets(text)?.reduce((address, octet) => (address << 8n) | octet, 0n);
}

function ipv6(text: string): bigint | undefined {
  // An IPv4 address at the end stands for the last two groups.
  const at = text.lastIndexOf(":") + 1;
  const dotted = text.slice(at);
  if (dotted.includes(".")) {
    const low = ipv4(dotted);
    return low === undefined
      ? undefined
      : ipv6(`${text.slice(0, at)}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const halves = text.split("::");
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const given = groups.flat();
  if (halves.length > 2 || given.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  if (halves.length === 1 ? given.length !== 8 : given.length > 7) return undefined;
  const [head = [], end = []] = groups;
  return [...head, ...Array<string>(8 - given.length).fill("0"), ...end].reduce(
    (address, group) => (address << 16n) | BigInt(`0x${group}`),
    0n,
  );
}

const prefixLength = (text: string): number => (/^\d{1,3}$/.test(text) ? Number(text) : Number.NaN);

/**
 * Parses a CIDR block; a bare address is a block of one, bits below the prefix are ignored as AWS
 * does.
 * @throws {TypeError} for anything else: what cannot be read must not count as closed
 */
export function parseCidr(cidr: string): { readonly family: Family; readonly range: Range } {
  const [text = "", prefix, ...rest] = cidr.trim().split("/");
  const family: Family = text.includes(":") ? "ipv6" : "ipv4";
  const address = family === "ipv6" ? ipv6(text) : ipv4(text);
  const length = prefix === undefined ? bits[family] : prefixLength(prefix);
  if (address === undefined || rest.length > 0 || !(length <= bits[family]))
    throw new TypeError(`"${cidr}" is not a CIDR block, like 203.0.113.0/24 or 2001:db8::/32`);
  const size = 1n << BigInt(bits[family] - length);
  const first = (address / size) * size;
  return { family, range: [first, first + size - 1n] };
}

/** The same addresses as few, ordered ranges that do not touch. */
export function union(ranges: readonly Range[]): Range[] {
  const joined: [bigint, bigint][] = [];
  for (const [first, last] of ranges.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const open = joined.at(-1);
    if (open && first <= open[1] + 1n) open[1] = last > open[1] ? last : open[1];
    else joined.push([first, last]);
  }
  return joined;
}

/** What of `ranges` is in none of `taken`. Both as `union` gives them. */
export function subtractRanges(ranges: readonly Range[], taken: readonly Range[]): Range[] {
  const left: Range[] = [];
  let passed = 0;
  for (const [first, last] of ranges) {
    let from = first;
    for (let at = passed; at < taken.length; at += 1) {
      const [start, end] = taken[at] ?? [0n, 0n];
      if (start > last) break;
      if (end < first) {
        passed = at + 1;
        continue;
      }
      if (start > from) left.push([from, start - 1n]);
      from = end + 1n;
    }
    if (from <= last) left.push([from, last]);
  }
  return left;
}

/** How many addresses; the ranges as `union` gives them. */
export const size = (ranges: readonly Range[]): bigint =>
  ranges.reduce((sum, [first, last]) => sum + last - first + 1n, 0n);

/** How many addresses a prefix of this length holds. */
export const sizeOfPrefix = (family: Family, length: number): bigint =>
  1n << BigInt(bits[family] - length);

const of = (family: Family, cidrs: readonly string[]): Range[] =>
  cidrs.map(parseCidr).flatMap((parsed) => (parsed.family === family ? [parsed.range] : []));

const unrouted = { ipv4: union(of("ipv4", special.ipv4)), ipv6: union(of("ipv6", special.ipv6)) };

/**
 * What of a list of blocks is public, in one family.
 * @param allow blocks that do not count, although they are public
 */
export function publicPart(
  family: Family,
  allow: readonly string[] = [],
): (cidrs: readonly string[]) => Range[] {
  const uncounted = union([...unrouted[family], ...of(family, allow)]);
  return (cidrs) => subtractRanges(union(of(family, cidrs)), uncounted);
}
