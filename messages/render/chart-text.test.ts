import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chartText } from "./chart-text.ts";

const days = (...values: number[]) =>
  values.map((value, at) => [new Date(Date.UTC(2026, 9, 22 + at)), value] as const);

test("a chart shows its course, its range and what it ends on", () => {
  expect(
    chartText({ title: "Cost by day", unit: "USD", points: days(10, 12.5, 80, 40, 20) }, "UTC"),
  ).toBe(
    "Cost by day, 2026-10-22 to 2026-10-26\n▁▂█▄▂\nlowest 10 USD on 2026-10-22, highest 80 USD on 2026-10-24, last 20 USD",
  );
});

test("points are drawn in order of time, and what is no number is left out", () => {
  const points = days(1, Number.NaN, 3, Number.POSITIVE_INFINITY).toReversed();
  expect(chartText({ title: "x", points }, "UTC")).toBe(
    "x, 2026-10-22 to 2026-10-24\n▃█\nlowest 1 on 2026-10-22, highest 3 on 2026-10-24, last 3",
  );
});

test("a spike among a thousand points stays visible", () => {
  const points = days(...Array.from({ length: 1_000 }, (_, at) => (at === 500 ? 100 : 1)));
  const [head, line] = chartText({ title: "x", points }, "UTC").split("\n");
  expect(head).toContain("each column the highest of 17");
  expect(line?.length).toBeLessThanOrEqual(60);
  expect(line?.match(/█/g)).toHaveLength(1);
});

test.each([
  ["nothing", days(), "x: no data"],
  ["zeros", days(0, 0), "▁▁"],
  ["one point", days(5), "█"],
  ["below zero", days(-4, 4), "▁█"],
])("%s can be drawn", (_, points, shown) =>
  expect(chartText({ title: "x", points }, "UTC")).toContain(shown),
);

test("dates are the reader's own", () => {
  expect(
    chartText({ title: "x", points: [[new Date("2026-11-20T23:30:00Z"), 1]] }, "Europe/Berlin"),
  ).toContain("2026-11-21 to 2026-11-21");
});

test("whatever the numbers, it is three lines of at most a hundred columns", () => {
  fc.assert(
    fc.property(fc.array(fc.double()), (values) => {
      const lines = chartText({ title: "x", points: days(...values) }, "UTC").split("\n");
      return (
        lines.length <= 3 && (lines[1]?.length ?? 0) <= 60 && !lines.join("").includes("undefined")
      );
    }),
  );
});
