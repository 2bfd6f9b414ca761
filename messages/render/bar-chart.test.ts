/** `SEED=n` repeats a run. */
import { inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chartPng } from "./chart-png.ts";
import { chartSvg } from "./chart-svg.ts";
import { chartText } from "./chart-text.ts";

const seed = Number(process.env.SEED ?? 20_261_121);
const cost = {
  title: "Cost by service",
  unit: "USD",
  bars: [
    ["Amazon EC2", 800],
    ["AWS Lambda", 200],
    ["Credit", -100],
  ],
} as const;

/** Each row of dots, as indices of colours. */
function dotsOf(bytes: Uint8Array | undefined): readonly Buffer[] {
  const buffer = Buffer.from(bytes ?? []);
  const [width, height] = [buffer.readUInt32BE(16), buffer.readUInt32BE(20)];
  const at = buffer.indexOf("IDAT");
  const rows = inflateSync(buffer.subarray(at + 4, at + 4 + buffer.readUInt32BE(at - 4)));
  return Array.from({ length: height }, (_, y) =>
    rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1)),
  );
}
const line = 4;
/** How long the bars are, from the top. */
function lengthsOf(bytes: Uint8Array | undefined): number[] {
  const lengths = dotsOf(bytes).map((row) => row.filter((colour) => colour === line).length);
  return lengths.filter((length, at) => length > 0 && length !== lengths[at - 1]);
}

test("as text each bar is a line: its label, its length, its number", () => {
  expect(chartText(cost, "UTC")).toBe(
    [
      "Cost by service (USD)",
      "Amazon EC2 ████████████████████████ 800",
      "AWS Lambda ██████ 200",
      "Credit     ░░░ -100",
    ].join("\n"),
  );
});
test("as SVG each bar begins at zero, whichever way it goes", () => {
  const svg =
    chartSvg(
      {
        ...cost,
        bars: [
          ["in", 300],
          ["out", -100],
        ],
      },
      "UTC",
    ) ?? "";
  expect(svg.match(/<rect x[^>]*>/g)).toEqual([
    '<rect x="387.5" y="44" width="442.5" height="18" fill="#2060be"/>',
    '<rect x="240.0" y="70" width="147.5" height="18" fill="#ccdef7"/>',
  ]);
  expect(svg).toContain(">300 USD</text>");
  expect(svg).toContain(">Cost by service</text>");
});
test("as a picture a bar that is half as large is half as long", () => {
  const made = chartPng(
    {
      title: "x",
      bars: [
        ["a", 8],
        ["b", 4],
        ["c", 2],
      ],
    },
    "UTC",
  );
  expect(lengthsOf(made)).toEqual([561, 281, 141]);
});
test("of many the first are drawn, and the rest is counted", () => {
  const bars = Array.from({ length: 25 }, (_, at) => [`b${at}`, 100 - at] as const);
  expect(chartText({ title: "x", bars }, "UTC").split("\n").slice(-2)).toEqual([
    "b19 ████████████████████ 81",
    "and 5 more",
  ]);
  expect(chartSvg({ title: "x", bars }, "UTC")).toContain(">and 5 more</text>");
  expect(dotsOf(chartPng({ title: "x", bars }, "UTC")).length).toBe(44 + 21 * 40 + 20);
});
test.each([
  ["nothing", []],
  [
    "what is no number",
    [
      ["a", Number.NaN],
      ["b", Number.POSITIVE_INFINITY],
    ],
  ],
] as const)("of %s there is no picture, and the text says so", (_, bars) => {
  expect(chartText({ title: "x", bars }, "UTC")).toBe("x: no data");
  expect(chartSvg({ title: "x", bars }, "UTC")).toBeUndefined();
  expect(chartPng({ title: "x", bars }, "UTC")).toBeUndefined();
});

describe("a label that somebody wrote for us", () => {
  const bars = [
    ["<script>alert(1)</script>", 2],
    ["a\nFailed (0)\u001b[2J", 1],
    ["https://evil.example/now", 1],
  ] as const;
  test("forges no line, clears no screen and is no link", () => {
    expect(chartText({ title: "x", bars }, "UTC").split("\n")).toEqual([
      "x",
      "<script>alert(1)</scrip… ████████████████████████ 2",
      "a\\nFailed (0)\\x1b[2J     ████████████ 1",
      "https[:]//evil.example/… ████████████ 1",
    ]);
  });
  test("is no markup in a page", () => {
    const svg = chartSvg({ title: "x", bars }, "UTC") ?? "";
    expect(svg).not.toContain("<script");
    expect(svg).toContain(">&lt;script&gt;alert(1)&lt;/scrip…</text>");
  });
});
test("whatever labels and numbers are, each drawing is whole", () => {
  const anyBars = fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 40 }), fc.double()), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(anyBars, fc.string({ unit: "binary", maxLength: 30 }), (bars, unit) => {
      const chart = { title: unit, unit, bars };
      const shown = bars.filter(([, value]) => Number.isFinite(value)).length;
      const lines = chartText(chart, "UTC").split("\n");
      expect(lines.length).toBe(shown > 20 ? 22 : shown + 1);
      for (const text of lines.slice(1)) expect(text.length).toBeLessThanOrEqual(60);
      const svg = chartSvg(chart, "UTC");
      expect(svg === undefined).toBe(shown === 0);
      expect(svg ?? "").not.toMatch(/NaN|Infinity/);
      if (shown > 0) expect(dotsOf(chartPng(chart, "UTC")).length).toBeGreaterThan(80);
    }),
    { seed, numRuns: 40 },
  );
});
