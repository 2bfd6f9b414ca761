import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createProgress } from "./progress.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const lasting = (ms: number) => () => new Promise<void>((resolve) => void setTimeout(resolve, ms));

test("what is done within two seconds says nothing", async () => {
  const said: string[] = [];
  const done = createProgress((line) => said.push(line)).during("looking", lasting(1900));
  await vi.advanceTimersByTimeAsync(60_000);
  await done;
  expect(said).toEqual([]);
});

test("what takes longer says what it is and how long it has taken, and stops when it ends", async () => {
  const said: string[] = [];
  const done = createProgress((line) => said.push(line)).during("looking", lasting(13_000));
  await vi.advanceTimersByTimeAsync(60_000);
  await done;
  expect(said).toEqual(["… looking (2 s)", "… looking (12 s)"]);
});

test("the innermost work is named, and what failed ends it too", async () => {
  const said: string[] = [];
  const progress = createProgress((line) => said.push(line));
  const failing = progress.during("planning all", async () => {
    await progress.during("planning one", lasting(3000));
    await lasting(10_000)();
    throw new Error("denied");
  });
  const ended = expect(failing).rejects.toThrow("denied");
  await vi.advanceTimersByTimeAsync(60_000);
  await ended;
  expect(said).toEqual(["… planning one (2 s)", "… planning all (12 s)"]);
});
