import { beforeAll, expect, test } from "vitest";
import { ledgerOf } from "../../../engine/run/host.ts";
import { openFindings } from "../../../ledger/findings.ts";
import type { Store } from "../../../ledger/store.ts";
import { untold } from "../../../messages/outbox.ts";
import { after, before, clockAt, hours, minutes } from "../../../sdk/time.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { deployedIn } from "../../../testing/deployed.ts";
import { clientsOf, deployedLedger } from "../../../testing/host.ts";
import { type WatchCheck, watchOver } from "./findings.ts";

const begin = new Date("2026-11-21T02:00:00Z");
let aws: TestAccount;
let store: Store;
beforeAll(async () => {
  aws = await embedded();
  await deployedLedger(aws);
  store = ledgerOf(clientsOf(aws, clockAt(begin)), deployedIn(aws.region), clockAt(begin));
});

let passed = 0;
const finding = (key: string) => ({
  key,
  title: `${key} is broken`,
  severity: "critical" as const,
});
const check = (name: string, look: () => readonly ReturnType<typeof finding>[]): WatchCheck => ({
  name,
  keys: [`${name} `],
  look: async () => look(),
});
/** What is told by one look, a quarter of an hour after the last. */
async function told(...checks: WatchCheck[]): Promise<string[]> {
  const now = after(begin, minutes(15 * ++passed));
  await watchOver(checks, store, { account: aws.account, home: aws.region }, now);
  const all = await Array.fromAsync(
    untold(store, "watch", before(now, minutes(1)), after(now, hours(1))),
  );
  return all
    .map(
      ({ message: { title, closes, severity } }) =>
        `${severity}${closes ? ", closes" : ""}: ${title}`,
    )
    .sort();
}
const fails = (name: string, why: string): WatchCheck => ({
  name,
  keys: [`${name} `],
  look: () => Promise.reject(Object.assign(new Error(why), { name: why })),
});

test("what is wrong is told once, however often it is seen, and once more when it is over", async () => {
  const wrong = check("rule", () => [finding("rule a"), finding("rule b")]);
  expect(await told(wrong)).toEqual(["critical: rule a is broken", "critical: rule b is broken"]);
  expect(await told(wrong)).toEqual([]);
  expect(await told(check("rule", () => [finding("rule b")]))).toEqual([
    "info, closes: Over: rule a is broken",
  ]);
  expect(await told(check("rule", () => []))).toEqual(["info, closes: Over: rule b is broken"]);
  expect(await told(check("rule", () => [finding("rule a")]))).toEqual([
    "critical: rule a is broken",
  ]);
  await told(check("rule", () => []));
});

test("what cannot be looked at is told itself, and closes nothing", async () => {
  await told(check("late", () => [finding("late x")]));
  expect(await told(fails("late", "AccessDenied"))).toEqual([
    "critical: The watchdog cannot look at late",
  ]);
  expect(await told(fails("late", "AccessDenied"))).toEqual([]);
  expect(await told(check("late", () => []))).toHaveLength(2);
});

test("what cannot be looked at once and can the next time is told to nobody; a second time in a row it is", async () => {
  const well = check("metrics", () => []);
  const away = fails("metrics", "ServiceUnavailable");
  for (const look of [away, well, away, well]) expect(await told(look)).toEqual([]);
  expect(await told(away)).toEqual([]);
  // It does not hide in what is told each day.
  expect((await openFindings(store)).map(({ key }) => key)).toEqual([]);
  expect(await told(away)).toEqual(["critical: The watchdog cannot look at metrics"]);
  expect(await told(away)).toEqual([]);
  expect(await told(well)).toEqual(["info, closes: Over: The watchdog cannot look at metrics"]);
});

test("what was noted and turns out to be denied is told at once", async () => {
  expect(await told(fails("alarms", "InternalError"))).toEqual([]);
  expect(await told(fails("alarms", "AccessDeniedException"))).toEqual([
    "critical: The watchdog cannot look at alarms",
  ]);
  await told(check("alarms", () => []));
});

test("one check that fails does not keep the others from being looked at", async () => {
  expect(
    await told(
      fails("queue", "AccessDenied"),
      check("schedule", () => [finding("schedule s")]),
    ),
  ).toEqual(
    expect.arrayContaining([
      "critical: schedule s is broken",
      "critical: The watchdog cannot look at queue",
    ]),
  );
});
