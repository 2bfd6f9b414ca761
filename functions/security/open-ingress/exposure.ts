/** Which rules of a security group open a port to the internet, alone or together. */
import { type Family, publicPart, type Range, size, sizeOfPrefix } from "./internet.ts";

/** An ingress rule, and the blocks that it lets in: its own, or those of its prefix list. */
export interface AddressSource {
  readonly id: string;
  readonly protocol: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly cidrs: readonly string[];
  /** Why the blocks of its prefix list are not known: it counts for nothing in its group. */
  readonly unreadable?: string;
}

export interface ExposureLimits {
  /** Closed to the internet, for TCP and UDP. */
  readonly ports: readonly number[];
  /** Public blocks that do not count. */
  readonly allow: readonly string[];
  /** Prefix length of the widest range that may be let in. */
  readonly widest: Readonly<Record<Family, number>>;
}

const transports = ["tcp", "udp"] as const;
type Transport = (typeof transports)[number];
const numbers: Readonly<Record<Transport, string>> = { tcp: "6", udp: "17" };

/** A port, over one of the protocols that have ports. */
interface Door {
  readonly transport: Transport;
  readonly port: number;
}

function lets({ protocol, from = -1, to = -1 }: AddressSource, { transport, port }: Door): boolean {
  if (protocol === "-1") return true;
  if (protocol !== transport && protocol !== numbers[transport]) return false;
  // AWS names all ports 0-65535; where a range is missing or -1, nothing is known to be closed.
  return from === -1 || to === -1 || (from <= port && port <= to);
}

/** The closed ports that the rule lets through, whoever it lets in. */
export const closedPorts = (source: AddressSource, ports: readonly number[]): number[] =>
  ports.filter((port) => transports.some((transport) => lets(source, { transport, port })));

/** How much of the public internet a rule lets in. */
interface Width {
  readonly source: AddressSource;
  readonly ranges: readonly Range[];
  readonly size: bigint;
}

/** A range of addresses, and the size of all that its rule lets in. */
interface Piece {
  readonly range: Range;
  readonly size: bigint;
}

/** How many addresses those pieces cover together whose rules let in no more than `widest`. */
function covered(pieces: readonly Piece[], widest: bigint): bigint {
  let sum = 0n;
  let next = 0n;
  for (const { range, size: whole } of pieces) {
    if (whole > widest) continue;
    const [first, last] = range;
    if (last < next) continue;
    sum += last - (first > next ? first : next) + 1n;
    next = last + 1n;
  }
  return sum;
}

/**
 * The size of the narrowest source that has to go, so that what stays is no wider than `limit`:
 * from the widest down, equals together, for none of them is more innocent. So `0.0.0.0/0` goes and
 * the office's `/32` beside it stays, and of two halves of the internet both go.
 *
 * What is let in only grows with the sources that are counted, so the narrowest is found by
 * halving.
 */
function narrowestTooWide(widths: readonly Width[], limit: bigint): bigint | undefined {
  const pieces = widths
    .flatMap(({ ranges, size: whole }) => ranges.map((range): Piece => ({ range, size: whole })))
    .sort((a, b) => (a.range[0] < b.range[0] ? -1 : 1));
  const sizes = [...new Set(widths.map(({ size: whole }) => whole))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  let low = 0;
  let high = sizes.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (covered(pieces, sizes[middle] ?? 0n) > limit) high = middle;
    else low = middle + 1;
  }
  return sizes[low];
}

export interface Exposure {
  readonly ports: readonly number[];
  /** Only together with other rules of its group. */
  readonly together: boolean;
}

/** Doors that the same rules of a group open. */
interface OpenedAlike {
  readonly doors: readonly Door[];
  readonly through: readonly Width[];
}

function openedAlike(widths: readonly Width[], ports: readonly number[]): OpenedAlike[] {
  const alike = new Map<string, { doors: Door[]; through: Width[] }>();
  for (const port of ports)
    for (const transport of transports) {
      const door = { transport, port };
      const places = [...widths.keys()].filter((place) => {
        const width = widths[place];
        return width !== undefined && lets(width.source, door);
      });
      const key = places.join();
      const known = alike.get(key);
      if (known) known.doors.push(door);
      else
        alike.set(key, { doors: [door], through: places.flatMap((place) => widths[place] ?? []) });
    }
  return [...alike.values()];
}

/** What a rule was found to open. */
interface Opened {
  readonly ports: Set<number>;
  /** In one family at least it is too wide without any other. */
  alone: boolean;
}

function judgeFamily(
  family: Family,
  group: readonly AddressSource[],
  limits: ExposureLimits,
  opened: Map<AddressSource, Opened>,
): void {
  const limit = sizeOfPrefix(family, limits.widest[family]);
  const publicOf = publicPart(family, limits.allow);
  const widths = group
    .map((source): Width => {
      const ranges = publicOf(source.cidrs);
      return { source, ranges, size: size(ranges) };
    })
    .filter((width) => width.size > 0n);
  for (const { doors, through } of openedAlike(widths, limits.ports)) {
    const narrowest = narrowestTooWide(through, limit);
    if (narrowest === undefined) continue;
    for (const { source, size: own } of through) {
      if (own < narrowest) continue;
      const known = opened.get(source) ?? { ports: new Set(), alone: false };
      for (const { port } of doors) known.ports.add(port);
      if (own > limit) known.alone = true;
      opened.set(source, known);
    }
  }
}

/** What each rule of a group opens to the internet; those that open nothing are not named. */
function judge(
  group: readonly AddressSource[],
  limits: ExposureLimits,
): ReadonlyMap<AddressSource, Exposure> {
  const opened = new Map<AddressSource, Opened>();
  for (const family of ["ipv4", "ipv6"] as const) judgeFamily(family, group, limits, opened);
  const exposures = [...opened].map(([source, { ports, alone }]) => {
    const exposed = { ports: limits.ports.filter((port) => ports.has(port)), together: !alone };
    return [source, exposed] as const;
  });
  return new Map(exposures);
}

type Judged = WeakMap<readonly AddressSource[], ReadonlyMap<AddressSource, Exposure>>;
const judged = new WeakMap<ExposureLimits, Judged>();

/**
 * A group is judged as a whole and once, whichever of its rules is asked about: it may have
 * hundreds.
 * @param source one of `group`
 * @param group all ingress rules of its group
 * @returns the closed ports that it opens to the internet, or nothing
 */
export function exposure(
  source: AddressSource,
  group: readonly AddressSource[],
  limits: ExposureLimits,
): Exposure | undefined {
  const groups: Judged = judged.get(limits) ?? new WeakMap();
  judged.set(limits, groups);
  const exposures = groups.get(group) ?? judge(group, limits);
  groups.set(group, exposures);
  return exposures.get(source);
}

/**
 * How bad it is, beside other rules: first by the part of the internet that is let in, where a rule
 * opens alone what others open only together; then by the number of ports.
 */
export function dangerOf(source: AddressSource, open: Exposure, limits: ExposureLimits): number {
  const shares = (["ipv4", "ipv6"] as const).map((family) => {
    const own = size(publicPart(family, limits.allow)(source.cidrs));
    return Number(own) / Number(sizeOfPrefix(family, 0));
  });
  const alone = open.together ? 0 : 1;
  return (alone + Math.max(...shares)) * 1000 + open.ports.length;
}
