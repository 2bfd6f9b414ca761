import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Family,
  parseCidr,
  publicPart,
  type Range,
  size,
  sizeOfPrefix,
  subtractRanges,
  union,
} from "./internet.ts";

const publicRanges = (family: Family, cidrs: readonly string[], allow: readonly string[] = []) =>
  publicPart(family, allow)(cidrs);
const publicSize = (family: Family, ...cidrs: string[]) => size(publicRanges(family, cidrs));

describe("a CIDR block is read as AWS reads it", () => {
  test.each([
    ["0.0.0.0/0", "ipv4", 0n, 2n ** 32n - 1n],
    ["203.0.113.7/32", "ipv4", 0xcb007107n, 0xcb007107n],
    ["203.0.113.7", "ipv4", 0xcb007107n, 0xcb007107n],
    ["203.0.113.7/24", "ipv4", 0xcb007100n, 0xcb0071ffn],
    ["::/0", "ipv6", 0n, 2n ** 128n - 1n],
    ["::1", "ipv6", 1n, 1n],
    ["2001:DB8::/32", "ipv6", 0x20010db8n << 96n, (0x20010db9n << 96n) - 1n],
    [
      "1:2:3:4:5:6:7:8/128",
      "ipv6",
      0x00010002000300040005000600070008n,
      0x00010002000300040005000600070008n,
    ],
    ["::ffff:1.2.3.4/128", "ipv6", 0xffff01020304n, 0xffff01020304n],
    ["::255.254.10.1", "ipv6", 0xfffe0a01n, 0xfffe0a01n],
    ["1::8/128", "ipv6", (1n << 112n) | 8n, (1n << 112n) | 8n],
    [
      "1:2:3:4:5:6:7::",
      "ipv6",
      0x00010002000300040005000600070000n,
      0x00010002000300040005000600070000n,
    ],
    [" 8.8.8.8/31 ", "ipv4", 0x08080808n, 0x08080809n],
  ] as const)("%s", (cidr, family, first, last) => {
    expect(parseCidr(cidr)).toEqual({ family, range: [first, last] });
  });

  test.each([
    "",
    "0.0.0.0/33",
    "0.0.0/0",
    "256.0.0.1/8",
    "1.2.3.4/-1",
    "1.2.3.4/8/8",
    "1.2.3.4/",
    "::/129",
    "1::2::3/64",
    "1:2:3/64",
    "1:2:3:4:5:6:7:8:9/64",
    "g::/16",
    "sg-1",
    "1.2.3.4.5/8",
    "1.2.3.x/8",
    "1.2.3.4x/8",
    "x1.2.3.4/8",
    "1.2.3./8",
    "0001.2.3.4/8",
    "1.2.3.4/8x",
    "1.2.3.4/x8",
    "1.2.3.4/0008",
    "1:2:3:4:5:6:7/64",
    "1:2:3:4:5:6:7:8::/64",
    "1:2:3:4::5:6:7:8/64",
    "12345::/16",
    "x1::/16",
    "1x::/16",
    "::1.2.3.256/128",
    "::1.2.3/128",
    "1.2.3.4:80/32",
  ])('"%s" is refused, not read as closed', (cidr) => {
    expect(() => parseCidr(cidr)).toThrow("is not a CIDR block");
  });
});

describe("only public addresses count", () => {
  test.each([
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
    "224.0.0.0/4",
    "240.0.0.0/4",
  ])("%s is not public", (cidr) => {
    expect(publicSize("ipv4", cidr)).toBe(0n);
  });
  test.each([
    "::1/128",
    "2001:db8::/32",
    "3fff::/20",
    "4000::/2",
    "8000::/2",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
  ])("%s is not public", (cidr) => {
    expect(publicSize("ipv6", cidr)).toBe(0n);
  });
  test("all that is not special is", () => {
    const special =
      2n ** 24n * 3n +
      2n ** 29n +
      2n ** 22n +
      2n ** 20n +
      2n ** 17n +
      2n * 2n ** 16n +
      4n * 2n ** 8n;
    expect(publicSize("ipv4", "0.0.0.0/0")).toBe(2n ** 32n - special);
    expect(publicSize("ipv6", "::/0")).toBe(2n ** 125n - 2n ** 96n - 2n ** 108n);
  });
  test("two halves are the whole internet", () => {
    expect(publicRanges("ipv4", ["0.0.0.0/1", "128.0.0.0/1"])).toEqual(
      publicRanges("ipv4", ["0.0.0.0/0"]),
    );
    expect(publicRanges("ipv6", ["::/1", "8000::/1"])).toEqual(publicRanges("ipv6", ["::/0"]));
  });
  test("the public part of 172.0.0.0/8 is what RFC 1918 leaves", () => {
    expect(publicSize("ipv4", "172.0.0.0/8")).toBe(2n ** 24n - 2n ** 20n);
  });
  test("what is allowed does not count", () => {
    expect(size(publicRanges("ipv4", ["8.0.0.0/8"], ["8.8.0.0/16"]))).toBe(2n ** 24n - 2n ** 16n);
  });
  test("a prefix of the other family adds nothing", () => {
    expect(publicSize("ipv4", "8.8.8.0/24", "2600::/16")).toBe(256n);
  });
  test("a prefix holds as many addresses as its length says", () => {
    expect([sizeOfPrefix("ipv4", 8), sizeOfPrefix("ipv6", 16)]).toEqual([2n ** 24n, 2n ** 112n]);
  });
});

describe("the arithmetic agrees with counting", () => {
  const range = fc
    .tuple(fc.integer({ min: 0, max: 63 }), fc.integer({ min: 0, max: 63 }))
    .map(([a, b]): Range => [BigInt(Math.min(a, b)), BigInt(Math.max(a, b))]);
  const ranges = fc.array(range, { maxLength: 8 });
  const members = (of: readonly Range[]) =>
    Array.from({ length: 64 }, (_, at) => BigInt(at)).filter((at) =>
      of.some(([first, last]) => first <= at && at <= last),
    );

  test("ranges that touch are one", () => {
    expect(
      union([
        [2n, 3n],
        [0n, 1n],
        [5n, 6n],
      ]),
    ).toEqual([
      [0n, 3n],
      [5n, 6n],
    ]);
  });
  test("nothing is left before what is taken from the beginning on", () => {
    expect(subtractRanges([[0n, 5n]], [[0n, 2n]])).toEqual([[3n, 5n]]);
  });
  test("a union holds exactly what its parts hold, once", () => {
    fc.assert(
      fc.property(ranges, (given) => {
        const joined = union(given);
        expect(members(joined)).toEqual(members(given));
        expect(size(joined)).toBe(BigInt(members(given).length));
      }),
    );
  });
  test("what is left holds exactly what is not taken", () => {
    fc.assert(
      fc.property(ranges, ranges, (given, taken) => {
        const left = subtractRanges(union(given), union(taken));
        expect(members(left)).toEqual(members(given).filter((at) => !members(taken).includes(at)));
        expect(size(left)).toBe(BigInt(members(left).length));
      }),
    );
  });
});
