// @module-tag proof
/**
 * On-call loses nothing: whatever goes wrong with any one call of any of its functions, and
 * whatever AWS delivers again, late or in disorder, what happened is told, whoever is on is called,
 * what people did is done once, and what ended is over. All of it in `npm run prove`; in `npm test`
 * a part.
 */
import { expect, test } from "vitest";
import type { Redelivery } from "./house/carriers.ts";
import { atEachCall, atEachRequest, type HouseLoss, watched, watches } from "./house/watches.ts";

const names = Object.keys(watches) as (keyof typeof watches)[];
const all = process.env.FC_RUNS !== undefined;
const isDeath = ({ fault }: HouseLoss): boolean => fault === "killed" || fault === "killedAfter";
/** Of deaths one in so many, of the rest fewer. */
const some = (loss: HouseLoss, nth: number): boolean =>
  all || nth % (isDeath(loss) ? 17 : 211) === 0;

test.each(names)(
  "%s: with anything wrong at any one call of any function",
  { timeout: 7_200_000 },
  async (name) => {
    const { wrong, count } = await atEachCall(name, some);
    expect(wrong).toEqual({});
    expect(count).toBeGreaterThan(15);
  },
);

test.each(names)(
  "%s: with any request to a channel going wrong",
  { timeout: 7_200_000 },
  async (name) => {
    const { wrong, count } = await atEachRequest(name, (nth) => all || nth % 13 === 0);
    expect(wrong).toEqual({});
    expect(count).toBeGreaterThan(1);
  },
);

const redeliveries: Readonly<Record<string, Redelivery>> = {
  "as it should be": {},
  "a batch of the stream twice": { stream: "twice" },
  "a letter twice": { letters: "twice" },
  "the newest letter first": { letters: "reversed" },
  "an invocation twice": { invocations: "twice" },
  "a timer twice": { timers: "twice" },
  "a timer late": { timers: "late" },
  "no timer at all": { timers: "never" },
  "the newest partition of the stream first": { stream: "apart" },
  "everything twice": {
    stream: "twice",
    letters: "twice",
    invocations: "twice",
    timers: "twice",
  },
};
const deliveries = names.flatMap((name) =>
  Object.keys(redeliveries).map((how) => [name, how] as const),
);
test.each(deliveries)("%s: delivered %s, nothing is lost or said twice", async (name, how) => {
  expect((await watched(name, redeliveries[how])).problems).toEqual([]);
});
