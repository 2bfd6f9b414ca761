import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AddressSource, type ExposureLimits, exposure } from "./exposure.ts";
import { publicPart, size, sizeOfPrefix } from "./internet.ts";

const limits: ExposureLimits = {
  ports: [22, 3389, 5432],
  allow: [],
  widest: { ipv4: 8, ipv6: 16 },
};
const rule = (
  id: string,
  cidrs: string | string[],
  from = 22,
  to = from,
  protocol = "tcp",
): AddressSource => ({ id, protocol, from, to, cidrs: [cidrs].flat() });

/** What Cloudflare publishes: many wide blocks, and still a thousandth of the internet. */
const contentNetwork = [
  "173.245.48.0/20",
  "103.21.244.0/22",
  "103.22.200.0/22",
  "103.31.4.0/22",
  "141.101.64.0/18",
  "108.162.192.0/18",
  "190.93.240.0/20",
  "188.114.96.0/20",
  "197.234.240.0/22",
  "198.41.128.0/17",
  "162.158.0.0/15",
  "104.16.0.0/13",
  "104.24.0.0/14",
  "172.64.0.0/13",
  "131.0.72.0/22",
  "2400:cb00::/32",
  "2606:4700::/32",
  "2803:f800::/32",
  "2405:b500::/32",
  "2405:8100::/32",
  "2a06:98c0::/29",
  "2c0f:f248::/32",
];

/** The ids of the rules that open something. */
const opening = (group: readonly AddressSource[], over: Partial<ExposureLimits> = {}) =>
  exposed(group, { ...limits, ...over });
const exposed = (group: readonly AddressSource[], judging: ExposureLimits) =>
  group.filter((one) => exposure(one, group, judging)).map(({ id }) => id);

describe("a closed port is open to the internet", () => {
  test.each<[string, AddressSource, number[]]>([
    ["from all of IPv4", rule("a", "0.0.0.0/0"), [22]],
    ["from all of IPv6", rule("a", "::/0"), [22]],
    ["inside a range of ports", rule("a", "0.0.0.0/0", 20, 4000), [22, 3389]],
    ["among all ports", rule("a", "0.0.0.0/0", 0, 65_535), [22, 3389, 5432]],
    ["through any protocol", rule("a", "0.0.0.0/0", -1, -1, "-1"), [22, 3389, 5432]],
    ["over UDP", rule("a", "0.0.0.0/0", 3389, 3389, "udp"), [3389]],
    ["by the protocol's number", rule("a", "0.0.0.0/0", 22, 22, "6"), [22]],
    ["by the number of UDP", rule("a", "0.0.0.0/0", 22, 22, "17"), [22]],
    [
      "when nothing says where the ports begin",
      { ...rule("a", "0.0.0.0/0", 22, 10), from: undefined },
      [22, 3389, 5432],
    ],
    [
      "when nothing says where the ports end",
      { ...rule("a", "0.0.0.0/0", 60_000), to: undefined },
      [22, 3389, 5432],
    ],
    ["when the ports begin nowhere", rule("a", "0.0.0.0/0", -1, 10), [22, 3389, 5432]],
    ["when the ports end nowhere", rule("a", "0.0.0.0/0", 60_000, -1), [22, 3389, 5432]],
    [
      "when nothing says which ports are meant",
      { ...rule("a", "0.0.0.0/0"), from: undefined, to: undefined },
      [22, 3389, 5432],
    ],
    ["from one half of the internet", rule("a", "128.0.0.0/1"), [22]],
    ["from all of the global IPv6 block", rule("a", "2000::/3"), [22]],
    [
      "through a prefix list that holds the internet in pieces",
      rule("a", ["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/1"]),
      [22],
    ],
  ])("%s", (_, source, ports) => {
    expect(exposure(source, [source], limits)).toEqual({ ports, together: false });
  });
});

describe("left alone", () => {
  test.each<[string, AddressSource]>([
    ["another port", rule("a", "0.0.0.0/0", 443)],
    ["ICMP, whose numbers are no ports", rule("a", "0.0.0.0/0", 22, 22, "icmp")],
    ["an office", rule("a", "8.8.8.8/32")],
    ["a provider's /8", rule("a", "8.0.0.0/8")],
    ["a content network's published ranges", rule("a", contentNetwork)],
    ["RFC 1918", rule("a", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"])],
    ["unique local IPv6 addresses", rule("a", "fc00::/7")],
    ["what is not routed, however large", rule("a", "224.0.0.0/3")],
    ["another group", rule("a", [])],
  ])("%s", (_, source) => {
    expect(exposure(source, [source], limits)).toBeUndefined();
  });
});

describe("the rules of a group add up", () => {
  test("each of many small parts that are the internet together is named", () => {
    const parts = Array.from({ length: 255 }, (_, at) => rule(`r${at}`, `${at}.0.0.0/8`));
    const public8 = opening(parts);
    expect(public8).toHaveLength(220);
    expect(public8).not.toContain("r10");
    expect(exposure(parts[8] as AddressSource, parts, limits)).toEqual({
      ports: [22],
      together: true,
    });
  });
  test("an office beside the whole internet stays", () => {
    expect(opening([rule("world", "0.0.0.0/0"), rule("office", "8.8.8.8/32")])).toEqual(["world"]);
  });
  test("two halves both go, each of them is too wide", () => {
    expect(
      opening([
        rule("low", "0.0.0.0/1"),
        rule("high", "128.0.0.0/1"),
        rule("office", "8.8.8.8/32"),
      ]),
    ).toEqual(["low", "high"]);
  });
  test("ports are added up by port, not by rule", () => {
    expect(
      opening([
        rule("low", "8.0.0.0/8", 20, 30),
        rule("high", "9.0.0.0/8", 22),
        rule("other", "11.0.0.0/8", 3389),
      ]),
    ).toEqual(["low", "high"]);
  });
  test("TCP and UDP are two openings", () => {
    expect(opening([rule("tcp", "8.0.0.0/8"), rule("udp", "9.0.0.0/8", 22, 22, "udp")])).toEqual(
      [],
    );
  });
  test("what opens UDP opens TCP no further", () => {
    const udp = (id: string, cidr: string) => rule(id, cidr, 22, 22, "udp");
    expect(
      opening([rule("tcp", "8.0.0.0/8"), udp("one", "9.0.0.0/8"), udp("other", "11.0.0.0/8")]),
    ).toEqual(["one", "other"]);
  });
  test("IPv4 and IPv6 are two internets", () => {
    expect(opening([rule("4", "8.0.0.0/8"), rule("6", "2600::/16")])).toEqual([]);
  });
  test("what is allowed does not add up", () => {
    expect(
      opening([rule("partner", "8.0.0.0/8"), rule("other", "9.0.0.0/8")], { allow: ["8.0.0.0/8"] }),
    ).toEqual([]);
  });
  test("the widest range is a setting", () => {
    const group = [rule("provider", "8.0.0.0/8"), rule("office", "8.8.8.0/24")];
    expect(opening(group, { widest: { ipv4: 16, ipv6: 32 } })).toEqual(["provider"]);
    expect(opening([rule("world", "0.0.0.0/0")], { widest: { ipv4: 0, ipv6: 0 } })).toEqual([]);
  });
});

/**
 * Whether `source` opens the port, said naively: the rules no wider than one of them are too wide
 * together, and it is at least as wide as that one.
 */
function opensNaively(
  source: AddressSource,
  group: readonly AddressSource[],
  [family, protocol, port]: readonly ["ipv4" | "ipv6", "tcp" | "udp", number],
  { allow, widest }: ExposureLimits,
): boolean {
  const publicOf = publicPart(family, allow);
  const lets = (rule: AddressSource) =>
    rule.protocol === "-1" ||
    (rule.protocol === protocol && Number(rule.from) <= port && port <= Number(rule.to));
  const through = group.filter(lets).map((rule) => ({ rule, width: size(publicOf(rule.cidrs)) }));
  const own = through.find(({ rule }) => rule === source)?.width ?? 0n;
  return through.some(({ width: widestKept }) => {
    const kept = through.filter(({ width }) => width <= widestKept);
    const together = size(publicOf(kept.flatMap(({ rule }) => rule.cidrs)));
    return own > 0n && own >= widestKept && together > sizeOfPrefix(family, widest[family]);
  });
}

describe("a group of any rules is judged as one rule after the other would be", () => {
  const block4 = fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
    .chain(([high, low]) =>
      fc.constantFrom(0, 1, 2, 6, 7, 8, 9, 12, 16).map((length) => `${high}.${low}.0.0/${length}`),
    );
  const block6 = fc
    .tuple(fc.integer({ min: 0x2000, max: 0x3fff }), fc.constantFrom(3, 8, 12, 15, 16, 17, 32))
    .map(([group, length]) => `${group.toString(16)}::/${length}`);
  const source = fc
    .record({
      protocol: fc.constantFrom("tcp", "udp", "-1", "icmp"),
      from: fc.constantFrom(0, 22, 23, 3000),
      length: fc.constantFrom(0, 1, 400, 60_000),
      cidrs: fc.array(fc.oneof(block4, block6), { maxLength: 3 }),
    })
    .map(({ protocol, from, length, cidrs }) => ({ protocol, from, to: from + length, cidrs }));
  const groups = fc
    .array(source, { maxLength: 14 })
    .map((sources) => sources.map((one, at): AddressSource => ({ ...one, id: `r${at}` })));
  const allowed = fc.array(block4, { maxLength: 2 });

  test("in both families, over both transports, whatever is allowed", () => {
    fc.assert(
      fc.property(groups, allowed, (group, allow) => {
        const judging = { ...limits, allow };
        const naively = group.map((rule) =>
          judging.ports.filter((port) =>
            (["ipv4", "ipv6"] as const).some((family) =>
              (["tcp", "udp"] as const).some((transport) =>
                opensNaively(rule, group, [family, transport, port], judging),
              ),
            ),
          ),
        );
        expect(group.map((rule) => exposure(rule, group, judging)?.ports ?? [])).toEqual(naively);
      }),
    );
  });

  test("alone is what no other rule is needed for", () => {
    fc.assert(
      fc.property(groups, (group) => {
        for (const rule of group) {
          const alone = exposure(rule, [rule], limits);
          const beside = exposure(rule, group, limits);
          expect(beside?.together ?? true).toBe(alone === undefined);
        }
      }),
    );
  });
});

test("a group of twice the rules is twice the work: each is read as often, however many there are", () => {
  let reads = 0;
  const readsFor = (count: number): number => {
    const group = Array.from({ length: count }, (_, at) => {
      const source = rule(`r${at}`, `8.${at >> 8}.${at % 256}.0/24`);
      return new Proxy(source, {
        get(of, name) {
          reads += 1;
          return Reflect.get(of, name);
        },
      });
    });
    reads = 0;
    for (const each of group) exposure(each, group, limits);
    return reads / count;
  };
  expect(readsFor(1000)).toBeLessThanOrEqual(readsFor(50));
});
