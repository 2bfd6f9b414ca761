import { describe, expect, test } from "vitest";
import { Crowded, TryAgain } from "../../sdk/errors.ts";
import { minutes } from "../../sdk/time.ts";
import { pauseAfter } from "./steps.ts";

describe("how long a step waits before it is done again", () => {
  test("what may pass is done again some times, and then given up", () => {
    expect(pauseAfter(new TryAgain("later"), 1)).toEqual({ seconds: 5 });
    expect(pauseAfter(new TryAgain("later"), 9)).toBeUndefined();
  });

  test("what waits for its turn is never given up: the flow's own time ends it", () => {
    expect(pauseAfter(new Crowded("too many copies"), 1)).toEqual(minutes(10));
    expect(pauseAfter(new Crowded("too many copies"), 400)).toEqual(minutes(10));
  });

  test("what is wrong is not done again", () =>
    expect(pauseAfter(new Error("a mistake"), 1)).toBeUndefined());
});
