import { inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chartPng } from "./chart-png.ts";
import { glyph } from "./glyphs.ts";

const seed = Number(process.env.SEED ?? 20_261_121);
const at = (day: number) => new Date(Date.UTC(2026, 10, 1 + day));

/** The picture back, as anybody else would read it. */
function read(bytes: Uint8Array) {
  const buffer = Buffer.from(bytes);
  expect([...buffer.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = new Map<string, Buffer>();
  for (let from = 8; from < buffer.length; ) {
    const length = buffer.readUInt32BE(from);
    chunks.set(
      buffer.toString("latin1", from + 4, from + 8),
      buffer.subarray(from + 8, from + 8 + length),
    );
    from += 12 + length;
  }
  const head = chunks.get("IHDR") ?? Buffer.alloc(13);
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const rows = inflateSync(chunks.get("IDAT") ?? Buffer.alloc(0));
  expect(rows.length).toBe((width + 1) * height);
  const line = 4;
  const colour = (x: number, y: number) => rows[y * (width + 1) + 1 + x];
  /** The highest pixel of the line in a column. */
  const top = (x: number) =>
    Array.from({ length: height }, (_, y) => y).find((y) => colour(x, y) === line);
  return {
    width,
    height,
    chunks: [...chunks.keys()],
    top,
    colours: (chunks.get("PLTE") ?? Buffer.alloc(0)).length / 3,
  };
}

test("a chart is a picture of its course: where it rises, the line rises", () => {
  const made = chartPng(
    {
      title: "Cost",
      unit: "USD",
      points: [0, 1, 2, 3, 4].map((day) => [at(day), 10 * day] as const),
    },
    "UTC",
  );
  const { width, height, chunks, colours, top } = read(made ?? new Uint8Array());
  expect([width, height, chunks, colours]).toEqual([
    1200,
    420,
    ["IHDR", "PLTE", "IDAT", "IEND"],
    5,
  ]);
  const heights = [200, 400, 600, 800, 1000, 1160].map((x) => top(x) ?? 0);
  expect(heights).toEqual(heights.toSorted((a, b) => b - a));
  expect(new Set(heights).size).toBe(6);
});
test("a spike among thousands of points stays visible", () => {
  const points = Array.from(
    { length: 10_000 },
    (_, minute) =>
      [new Date(at(0).getTime() + minute * 60_000), minute === 5003 ? 100 : 1] as const,
  );
  const { top } = read(chartPng({ title: "x", points }, "UTC") ?? new Uint8Array());
  expect(Math.min(...Array.from({ length: 900 }, (_, x) => top(x + 200) ?? 999))).toBeLessThan(80);
});
test("it is small enough to be sent along", () => {
  const points = Array.from({ length: 1000 }, (_, day) => [at(day), (day * 7919) % 100] as const);
  expect(chartPng({ title: "x", points }, "UTC")?.length).toBeLessThan(100_000);
});

describe("there is no picture", () => {
  test.each([
    ["of nothing", []],
    ["of one point", [[at(0), 1]]],
    [
      "of what is no number",
      [
        [at(0), Number.NaN],
        [at(1), Number.POSITIVE_INFINITY],
        [at(2), 3],
      ],
    ],
    [
      "of what has no time",
      [
        [new Date(Number.NaN), 1],
        [at(1), 2],
      ],
    ],
    [
      "of one moment",
      [
        [at(0), 1],
        [at(0), 2],
      ],
    ],
  ] as const)("%s", (_, points) => expect(chartPng({ title: "x", points }, "UTC")).toBeUndefined());
});
test("whatever the points are, it is a picture or nothing", () => {
  const date = fc.date({ min: new Date("1990-01-01"), max: new Date("2090-01-01") });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(date, fc.double()), { maxLength: 40 }),
      fc.string({ unit: "binary", maxLength: 40 }),
      (points, unit) => {
        const made = chartPng({ title: unit, unit, points }, "Europe/Berlin");
        if (made) read(made);
      },
    ),
    { seed, numRuns: 6 },
  );
});
test("a letter is drawn as itself, and what is none as a question mark", () => {
  const drawn = (character: string) =>
    Array.from({ length: 8 }, (_, row) =>
      glyph(character)
        .map((bits) => ((bits >> row) & 1 ? "#" : "."))
        .join(""),
    ).join("\n");
  expect(drawn("E")).toBe("#####\n#....\n#....\n####.\n#....\n#....\n#####\n.....");
  expect(glyph("東")).toEqual(glyph("?"));
  const all = Array.from({ length: 95 }, (_, index) => glyph(String.fromCodePoint(0x20 + index)));
  expect(
    all.every(
      (columns) => columns.length === 5 && columns.every((bits) => bits >= 0 && bits < 256),
    ),
  ).toBe(true);
  expect(new Set(all.map(String)).size).toBe(95);
});
