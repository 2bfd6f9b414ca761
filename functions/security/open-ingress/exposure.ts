/** Which rules of a security group open a port to the internet, alone or together. */
import { type Family, publicRanges, type Range, size, sizeOfPrefix, union } from "./internet.ts";

/** An ingress rule, and the blocks that it lets in: its own, or those of its prefix list. */
export interface AddressSource {
  readonly id: string;
  readonly protocol: string;
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly cidrs: readonly string[];
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

function lets(
  { protocol, from = -1, to = -1 }: AddressSource,
  transport: Transport,
  port: number,
): boolean {
  if (protocol === "-1") return true;
  if (protocol !== transport && protocol !== numbers[transport]) return false;
  // AWS names all ports 0-65535; where a range is missing or -1, nothing is known to be closed.
  return from === -1 || to === -1 || (from <= port && port <= to);
}

/** The closed ports that the rule lets through, whoever it lets in. */
export const closedPorts = (source: AddressSource, ports: readonly number[]): number[] =>
  ports.filter((port) => transports.some((transport) => lets(source, transport, port)));

/**
 * The size of the narrowest source that has to go, so that what stays is no wider than `limit`:
 * from the widest down, equals together, for none of them is more innocent. So `0.0.0.0/0` goes and
 * the office's `/32` beside it stays, and of two halves of the internet both go.
 */
function tooWide(sources: readonly (readonly Range[])[], limit: bigint): bigint | undefined {
  const bySize = [...Map.groupBy(sources, size)].sort(([a], [b]) => (a < b ? -1 : 1));
  let kept: Range[] = [];
  for (const [each, equals] of bySize) {
    kept = union([...kept, ...equals.flat()]);
    if (size(kept) > limit) return each;
  }
  return undefined;
}

const known = new WeakMap<
  ExposureLimits,
  WeakMap<AddressSource, Readonly<Record<Family, readonly Range[]>>>
>();
/** Read once, for each rule is judged beside all of its group. */
function publicOf(
  source: AddressSource,
  limits: ExposureLimits,
): Readonly<Record<Family, readonly Range[]>> {
  const sources = known.get(limits) ?? new WeakMap();
  known.set(limits, sources);
  const ranges = sources.get(source) ?? {
    ipv4: publicRanges("ipv4", source.cidrs, limits.allow),
    ipv6: publicRanges("ipv6", source.cidrs, limits.allow),
  };
  sources.set(source, ranges);
  return ranges;
}

export interface Exposure {
  readonly ports: readonly number[];
  /** Only together with other rules of its group. */
  readonly together: boolean;
}

/**
 * @param source one of `group`
 * @param group all ingress rules of its group
 * @returns the closed ports that it opens to the internet, or nothing
 */
export function exposure(
  source: AddressSource,
  group: readonly AddressSource[],
  limits: ExposureLimits,
): Exposure | undefined {
  const closed = closedPorts(source, limits.ports);
  const opened = new Set<number>();
  let together = true;
  for (const family of ["ipv4", "ipv6"] as const) {
    if (closed.length === 0) break;
    const own = size(publicOf(source, limits)[family]);
    if (own === 0n) continue;
    const limit = sizeOfPrefix(family, limits.widest[family]);
    const alone = own > limit;
    for (const port of closed)
      for (const transport of transports) {
        if (!lets(source, transport, port)) continue;
        const beside = () =>
          group
            .filter((one) => lets(one, transport, port))
            .map((one) => publicOf(one, limits)[family]);
        const narrowest = alone ? own : tooWide(beside(), limit);
        if (narrowest !== undefined && own >= narrowest) opened.add(port);
      }
    if (alone) together = false;
  }
  return opened.size > 0 ? { ports: [...opened], together } : undefined;
}
