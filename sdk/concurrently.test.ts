import { describe, expect, test } from "vitest";
import { concurrently } from "./concurrently.ts";

/** Work that ends when it is told to. */
function waiting() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<string>>();
  const work = (item: number) => {
    begun.push(item);
    const end = Promise.withResolvers<string>();
    ends.set(item, end);
    return end.promise;
  };
  const end = (item: number) => ends.get(item)?.resolve(`${item} done`);
  const fail = (item: number) => ends.get(item)?.reject(new Error(`${item} failed`));
  return { begun, work, end, fail };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("things that wait at once", () => {
  test("are never more than so many, and answer in their own order", async () => {
    const { begun, work, end } = waiting();
    const all = concurrently([1, 2, 3, 4], work, { concurrency: 2 });
    await settled();
    expect(begun).toEqual([1, 2]);
    end(2);
    await settled();
    expect(begun).toEqual([1, 2, 3]);
    for (const item of [3, 1]) end(item);
    await settled();
    end(4);
    expect(await all).toEqual(["1 done", "2 done", "3 done", "4 done"]);
  });

  test("begin no more once one of them has failed", async () => {
    const { begun, work, end, fail } = waiting();
    const all = concurrently([1, 2, 3, 4], work, { concurrency: 2 });
    const why = expect(all).rejects.toThrow("1 failed");
    await settled();
    fail(1);
    await why;
    end(2);
    await settled();
    expect(begun).toEqual([1, 2]);
  });

  test("are all of them where nothing limits them, of whatever can be gone through", async () => {
    const { begun, work, end } = waiting();
    const all = concurrently(new Set([3, 1, 2]), work);
    await settled();
    expect(begun).toEqual([3, 1, 2]);
    for (const item of begun) end(item);
    expect(await all).toEqual(["3 done", "1 done", "2 done"]);
  });

  test("fail as a promise where the work fails at once, and may be none at all", async () => {
    const fails = () => {
      throw new Error("at once");
    };
    await expect(concurrently([1, 2], fails, { concurrency: 1 })).rejects.toThrow("at once");
    expect(await concurrently([], fails, { concurrency: 3 })).toEqual([]);
  });
});
