/** In which order very many proposals are asked about. */
import { expect, test } from "vitest";
import { deleteVolume } from "../../aws/ec2/volume.ts";
import { type PlanHead, plansOf } from "./plan-parts.ts";
import type { PlannedChange } from "./planned-change.ts";

const at = new Date("2026-11-21T02:00:00Z");
const head: PlanHead = {
  unit: "test-order",
  account: "123456789012",
  region: "eu-west-1",
  run: "test-order.20261121T020000.a",
  at,
  expires: new Date("2026-11-24T02:00:00Z"),
  why: "the mode is ask",
  requester: null,
};
const change = (target: string, over: Partial<PlannedChange> = {}): PlannedChange => ({
  target,
  within: null,
  managed: null,
  state: "s",
  tags: async () => ({}),
  withinTags: async () => undefined,
  because: "nothing uses it",
  call: { operation: "ec2:DeleteVolume", input: { VolumeId: target } },
  write: deleteVolume,
  undo: null,
  once: null,
  savesPerMonth: null,
  kin: "k",
  danger: 0,
  digest: target,
  before: {},
  ...over,
});

test("the worst come first, then what saves most, then what has been so for longest", () => {
  const since = (day: string) => ({ since: new Date(`2026-${day}T00:00:00Z`) });
  const waiting = [
    change("unmeasured"),
    change("young", since("11-01")),
    change("old", since("02-01")),
    change("saves", { savesPerMonth: 3, ...since("11-01") }),
    change("saves-as-much", { savesPerMonth: 3, ...since("10-01") }),
    change("bad", { danger: 2 }),
    change("measured-alike", since("11-01")),
  ];
  const [plan] = plansOf(head, waiting);
  expect(plan?.proposals.map(({ target }) => target)).toEqual([
    "bad",
    "saves-as-much",
    "saves",
    "old",
    "measured-alike",
    "young",
    "unmeasured",
  ]);
});
