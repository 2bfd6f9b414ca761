import type { Image } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { placesIn, seriesOf } from "./series.ts";

describe("the series of a name", () => {
  test.each([
    ["web-2026-11-01T02-30-00Z", "web-2026-10-01T02-30-09Z"],
    ["web-1730426400", "web-1730512800"],
    ["web-v1.2.3", "web-v1.10.0"],
    ["web-9f2c1ab", "web-1a2b3c4d5e"],
    ["web-12", "web-007"],
    ["web-build12", "web-build13"],
    ["web-rc1", "web-rc2"],
    ["al2023-20260101", "al2023-20260201"],
  ])("%s and %s are builds of the same", (one, other) =>
    expect(seriesOf(one, [])).toBe(seriesOf(other, [])),
  );

  test.each([
    ["web-1", "api-1"],
    ["web-x86_64-1", "web-arm64-1"],
    // Each of these is another machine's.
    ["db01-2026-11-01", "db02-2026-11-01"],
    ["runner01-2026-11-01", "runner02-2026-11-01"],
    // Words that could be hexadecimal are words.
    ["facade-1", "decade-1"],
    ["defaced-1", "effaced-1"],
  ])("%s and %s are not", (one, other) => expect(seriesOf(one, [])).not.toBe(seriesOf(other, [])));

  test("a pattern tells apart what differs in numbers alone, and the first that fits counts", () => {
    const patterns = ["web-22.04-*", "web-24.04-*", "web-*"];
    expect(seriesOf("web-22.04-1", patterns)).toBe("web-22.04-*");
    expect(seriesOf("web-24.04-1", patterns)).toBe("web-24.04-*");
    expect(seriesOf("web-26.04-1", patterns)).toBe("web-*");
    expect(seriesOf("old-web-1", patterns)).toBe("old-web-#");
  });

  test("what stands in a pattern is meant as it is written, but for the star", () => {
    expect(seriesOf("a+b (1)", ["a+b (*)"])).toBe("a+b (*)");
    expect(seriesOf("webx-1", ["web.*"])).toBe("webx-#");
  });
});

describe("the place in a series", () => {
  const image = (Name: string, day: number, more: Partial<Image> = {}): Image => ({
    Name,
    State: "available",
    CreationDate: `2026-01-0${day}T00:00:00.000Z`,
    ...more,
  });
  const newerThan = (images: readonly Image[]) => {
    const places = placesIn(images, []);
    return images.map((each) => places.get(each)?.newer);
  };

  test("goes by when they were made, whatever their order", () =>
    expect(newerThan([image("a-2", 2), image("a-3", 3), image("a-1", 1)])).toEqual([1, 0, 2]));

  test("goes by the number in the name where that is the same", () =>
    expect(newerThan([image("a-9", 1), image("a-10", 1)])).toEqual([1, 0]));

  test.each(["disabled", "pending", "failed"] as const)("one that is %s replaces none", (State) =>
    expect(newerThan([image("a-1", 1), image("a-2", 2, { State })])).toEqual([0, 0]),
  );

  test.each<[what: string, more: Partial<Image>]>([
    ["processor", { Architecture: "arm64" }],
    ["system", { Platform: "Windows" }],
  ])("one for another %s replaces none", (_, more) =>
    expect(newerThan([image("a-1", 1, { Architecture: "x86_64" }), image("a-2", 2, more)])).toEqual(
      [0, 0],
    ),
  );

  test("without a name there is none", () =>
    expect(newerThan([{ State: "available" }])).toEqual([undefined]));
});
