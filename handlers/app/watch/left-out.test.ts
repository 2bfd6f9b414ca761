import { expect, test } from "vitest";
import { logLeftOut } from "../../../engine/run/host.ts";
import { LeftOut } from "./left-out.ts";

test("what cannot be read is one finding for each partition, which says what to do, and is over when it is gone", () => {
  const warned: unknown[] = [];
  const left = new LeftOut(logLeftOut({ warn: (_, fields) => void warned.push(fields) }));
  const item = (pk: string, sk: string) => ({ pk, sk, why: "version 2; upgrade" });
  for (let look = 0; look < 3; look += 1) {
    left.forget();
    for (const sk of ["a", "b"]) left.add(item("unit#x#outbox", sk));
    left.add(item("watch#outbox", "c"));
    expect(left.findings()).toMatchObject([
      {
        key: "unreadable unit#x#outbox",
        title: "2 items of the ledger in unit#x#outbox cannot be read",
        facts: { why: "version 2; upgrade" },
      },
      { key: "unreadable watch#outbox" },
    ]);
  }
  expect(warned).toHaveLength(3);
  left.forget();
  expect(left.findings()).toEqual([]);
});
