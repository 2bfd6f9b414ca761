import type { Cluster } from "@aws-sdk/client-redshift";
import { describe, expect, test } from "vitest";
import { pauseCluster, resumeCluster } from "../../../aws/redshift/cluster.ts";
import { endSeen } from "../../../ledger/seen.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { after, minutes } from "../../../sdk/time.ts";
import { type HoursTrial, lookByHours } from "../../../test/setup/hours.ts";
import { expectTriedAgain, openedByHours } from "../../../test/setup/hours-account.ts";
import {
  at,
  doneBy,
  evening,
  morning,
  noon,
  officeSchedules,
  saturday,
  tagged,
} from "../../../test/setup/hours-office.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import { onUntilTag } from "../hours-of.ts";
import { fixture, resumeByHand } from "./fixture.ts";
import unit from "./index.ts";
import { redshiftHours } from "./scheduled.ts";

const config = unit.config.parse({ schedules: officeSchedules, leadMinutes: 0 });
const ClusterIdentifier = "sales";
const id = "redshift:sales";
const pausing = pauseCluster({ ClusterIdentifier });
const resuming = resumeCluster({ ClusterIdentifier });
const hoursTag = tagged({ "nightshift:hours": "office" });
const longAgo = at("2026-01-01T00:00:00Z");

const running: Cluster = {
  ClusterIdentifier,
  ClusterStatus: "available",
  ClusterCreateTime: longAgo,
  AutomatedSnapshotRetentionPeriod: 1,
  Tags: hoursTag,
};
const paused: Cluster = { ...running, ClusterStatus: "paused" };

const pausedAt = (time: Date): Remembered => doneBy(redshiftHours, time, pausing);
const resumedAt = (time: Date): Remembered => doneBy(redshiftHours, time, resuming);

interface Tried {
  readonly now: Date;
  readonly config?: typeof config;
  readonly last?: Remembered | undefined;
  readonly only?: readonly string[];
  /** Since when it has been seen to run. */
  readonly since?: Date;
}

const trialOf = (clusters: readonly Cluster[], tried: Tried): HoursTrial => ({
  config,
  ...tried,
  answers: () => clusters,
});
const lookAt = (clusters: readonly Cluster[], tried: Tried) =>
  lookByHours(unit, trialOf(clusters, tried));
async function judged(cluster: Cluster, tried: Tried) {
  const { found, ...told } = await lookAt([cluster], tried);
  const [first] = found;
  if (!first) throw new Error("it was not found");
  const { now, since = longAgo, config: chosen = config } = tried;
  const here = { account: "123456789012", region: "eu-central-1" };
  const seen = unit.counts?.(first) ? since : undefined;
  const proposal = unit.propose(first, { ...here, now, config: chosen, since: seen });
  return { ...told, proposal, managed: unit.target(first).managed, becomes: unit.becomes?.(first) };
}

describe("what is proposed", () => {
  test("when the schedule says off, it is paused", async () => {
    const { proposal, becomes } = await judged(running, { now: evening });
    expect(proposal).toEqual({
      because:
        "the schedule office says off from 2026-11-20 20:00 until 2026-11-23 07:00 (Europe/Berlin)",
      call: pausing,
      savesPerMonth: "unknown",
    });
    expect(becomes).toEqual({ state: "paused" });
  });
  test("when it says on, what this unit paused is resumed", async () => {
    const { proposal, becomes } = await judged(paused, { now: morning, last: pausedAt(evening) });
    expect(proposal).toEqual({
      because:
        "the schedule office says on until 2026-11-23 20:00 (Europe/Berlin); it was off for 59.0 hours, its price is unknown",
      call: resuming,
      ends: "a",
    });
    expect(becomes).toEqual({ state: "running" });
  });
  test("by default a quarter of an hour before that", async () => {
    const led = unit.config.parse({ schedules: officeSchedules });
    const tried = { now: at("2026-11-23T05:46:00Z"), last: pausedAt(evening) };
    expect((await judged(paused, { ...tried, config: led })).proposal?.call).toEqual(resuming);
    expect((await judged(paused, tried)).proposal).toBeUndefined();
  });
  test("somebody keeps it on for longer: what this unit paused is resumed for that", async () => {
    const Tags = [...hoursTag, ...tagged({ [onUntilTag]: "2026-11-21T22:00" })];
    const tried = { now: saturday, last: pausedAt(evening) };
    expect((await judged({ ...paused, Tags }, tried)).proposal?.call).toEqual(resuming);
  });

  test.each<[what: string, cluster: Cluster, tried: Tried]>([
    ["one that runs while the schedule says on", running, { now: noon }],
    ["one that is paused while it says off", paused, { now: saturday, last: pausedAt(evening) }],
    ["one that a person paused", paused, { now: noon }],
    [
      "one that this unit resumed, and a person paused",
      paused,
      { now: noon, last: resumedAt(morning) },
    ],
    [
      "one of the same name that was made since it was paused",
      { ...paused, ClusterCreateTime: saturday },
      { now: morning, last: pausedAt(evening) },
    ],
    [
      "one that somebody resumed after this unit had paused it",
      running,
      { now: saturday, last: pausedAt(evening) },
    ],
    [
      "one that somebody resumed within its time off, although this unit had not paused it",
      running,
      { now: saturday, since: at("2026-11-21T09:00:00Z") },
    ],
    [
      "one that was made within its time off",
      { ...running, ClusterCreateTime: at("2026-11-21T09:00:00Z") },
      { now: saturday },
    ],
    [
      "one of a schedule that only stops, by day",
      { ...paused, Tags: tagged({ "nightshift:hours": "stop-only" }) },
      { now: morning, last: pausedAt(evening) },
    ],
    ["one that would be resumed within the hour", running, { now: at("2026-11-23T05:15:00Z") }],
    ...["creating", "modifying", "resizing", "rebooting", "resuming", "storage-full", ""].map(
      (ClusterStatus) =>
        [
          `one that is "${ClusterStatus}"`,
          { ...running, ClusterStatus },
          { now: evening },
        ] satisfies [string, Cluster, Tried],
    ),
    [
      "one that is being paused",
      { ...running, ClusterStatus: "pausing" },
      { now: morning, last: pausedAt(evening) },
    ],
  ])("%s is left alone", async (_, cluster, tried) =>
    expect((await judged(cluster, tried)).proposal).toBeUndefined(),
  );

  test.each<[what: string, tried: Tried]>([
    [
      "in the next evening, whatever somebody resumed in the night before",
      { now: at("2026-11-23T19:05:00Z"), last: pausedAt(evening), since: saturday },
    ],
    [
      "where it was seen to run at the first look of its time off",
      { now: at("2026-11-20T19:30:00Z"), since: at("2026-11-20T19:00:20Z") },
    ],
    [
      "when the time for which somebody had kept it on is over",
      { now: saturday, last: resumedAt(at("2026-11-20T21:00:00Z")) },
    ],
  ])("it is paused %s", async (_, tried) =>
    expect((await judged(running, tried)).proposal?.call).toEqual(pausing),
  );
});

describe("what others manage, or Redshift does not pause, is named", () => {
  test.each<[Partial<Cluster>, string]>([
    [
      { Tags: [...hoursTag, ...tagged({ "aws:cloudformation:stack-name": "shop" })] },
      "the CloudFormation stack shop",
    ],
    [{ AutomatedSnapshotRetentionPeriod: 0 }, "no automated snapshots"],
    [{ HsmStatus: { HsmConfigurationIdentifier: "hsm" } }, "its hardware security module"],
  ])("%#", async (more, told) => {
    const { proposal, managed } = await judged({ ...running, ...more }, { now: evening });
    expect(proposal).toBeDefined();
    expect(managed).toContain(told);
  });
  test("one of a stack is paused where the settings say so", async () => {
    const Tags = [...hoursTag, ...tagged({ "aws:cloudformation:stack-name": "shop" })];
    const chosen = { ...config, ofStacks: true };
    const { managed } = await judged({ ...running, Tags }, { now: evening, config: chosen });
    expect(managed).toBeUndefined();
  });
});

describe("what people are told", () => {
  test("that one was resumed after it was paused, in the same words all night", async () => {
    const told = [
      `${id} was started some time after 2026-11-20T20:05 (Europe/Berlin), while the schedule office says off: it is left running until that says off the next time`,
    ];
    for (const now of ["2026-11-21T09:15:00Z", "2026-11-22T22:00:00Z"])
      expect((await judged(running, { now: at(now), last: pausedAt(evening) })).notes).toEqual(
        told,
      );
  });
  test("that one was paused by somebody else", async () => {
    const { notes } = await judged(paused, { now: noon });
    expect(notes.join()).toContain(`${id} is stopped, and not by this unit, so it is not started`);
  });
  test("that what the settings name is not there", async () => {
    const { office } = config.schedules;
    const schedules = office ? { office: { ...office, targets: ["sales", id] } } : {};
    const { notes, found } = await lookAt([running], {
      now: noon,
      config: { ...config, schedules },
    });
    expect(notes).toHaveLength(1);
    expect(notes.join()).toContain("names sales in its `targets`, and there is no such cluster");
    expect(found).toHaveLength(1);
  });
});

test.each(["Office", "constructor", ""])(
  "a tag that says %j is not understood: nothing is paused or resumed, and it is told",
  async (value) => {
    const attempt = judged(
      { ...running, Tags: tagged({ "nightshift:hours": value }) },
      { now: evening },
    );
    await expect(attempt).rejects.toThrow(CannotJudge);
    await expect(attempt).rejects.toThrow("which is no schedule");
  },
);

test("of 20,000 clusters that are as they should be, nothing is asked but the listing", async () => {
  for (const [cluster, now] of [
    [running, noon],
    [paused, saturday],
  ] as const) {
    const many = Array.from({ length: 20_000 }, (_, nth) => ({
      ...cluster,
      ClusterIdentifier: `c-${nth}`,
    }));
    const { calls, asked, found } = await lookAt(many, { now });
    expect([found.length, calls.length, asked]).toEqual([20_000, 1, []]);
  }
});

test("one that is gone, or about to be, fails nothing; one without the tag is still known to an undo", async () => {
  const going = { ...running, ClusterIdentifier: "going", ClusterStatus: "deleting" };
  const plain = { ...paused, Tags: [] };
  const only = ["redshift:gone", "redshift:going", id];
  const { found } = await lookAt([going, plain], { now: evening, only });
  expect(found.map(unit.state)).toEqual([{ state: "paused" }]);
});

test("an undo does what is to be so again", () => {
  const about = { target: id, within: undefined };
  expect(unit.restore?.calls({ state: "running" }, about)).toEqual(resuming);
  expect(unit.restore?.calls({ state: "paused" }, about)).toEqual(pausing);
});

test("for thirty quiet days it is paused and resumed by the clock, and nothing is told", async () => {
  let isPaused = false;
  let last: Remembered | undefined;
  let since: Date = longAgo;
  const made: string[] = [];
  const told = new Set<string>();
  for (let nth = 0; nth < 30 * 24 * 4; nth += 1) {
    const now = after(at("2026-11-16T12:00:00Z"), minutes(15 * nth));
    const { proposal, notes } = await judged(isPaused ? paused : running, { now, last, since });
    for (const note of notes) told.add(note);
    if (!proposal) continue;
    last = isPaused ? resumedAt(now) : pausedAt(now);
    isPaused = !isPaused;
    since = now;
    made.push(now.toISOString().slice(11, 16));
  }
  expect(made).toEqual(Array.from({ length: 22 }, () => ["19:00", "06:00"]).flat());
  expect([...told]).toEqual([]);
});

test.each([{ leadMinutes: -1 }, { leadMinutes: 181 }, { mostADay: 0 }, { tag: "" }, { lead: 1 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);

describe("in an account", { tags: ["moto"] }, () => {
  const opened = () =>
    openedByHours(
      unit,
      fixture,
      ({ ClusterStatus }: { readonly ClusterStatus: string }) => ClusterStatus,
    );
  const pauses = ({ operation }: RecordedCall) => operation === "PauseCluster";

  test("one that cannot be resumed now is told, keeps nothing else from its hours, opens no breaker, and is tried again", async () => {
    const account = await opened();
    const { states } = account;
    const refused = {
      call: ({ operation }: RecordedCall) => operation === "ResumeCluster",
      by: "InvalidClusterStateFault",
    };
    await expectTriedAgain(account, refused, async () =>
      expect(await states("aged-late", "aged-asleep")).toEqual(["paused", "paused"]),
    );
    expect(await states("aged-asleep")).toEqual(["available"]);
  });

  test("the answer to a change is lost: it is as it was to be", async () => {
    const { delivery, states, sweep } = await opened();
    delivery.proxy.fault(pauses, "resetAfter", { times: 1 });
    for (const nth of [1, 2]) await sweep(nth);
    expect(await states("aged-late", "aged-late-too", "aged-asleep")).toEqual([
      "paused",
      "paused",
      "available",
    ]);
  });

  test("one that a person resumes after it was paused is left running", async () => {
    const { delivery, states, sweep } = await opened();
    await sweep(1);
    await resumeByHand(delivery.aws, "aged-late");
    for (const nth of [2, 3, 4]) await sweep(nth);
    expect(await states("aged-late")).toEqual(["available"]);
  });

  test("one that runs when the unit comes to know it, outside its hours, is left running until the next evening", async () => {
    const { delivery, states, sweep } = await opened();
    await endSeen(delivery.store, delivery.place, "redshift:aged-late");
    for (const nth of [1, 2]) await sweep(nth);
    expect(await states("aged-late", "aged-late-too")).toEqual(["available", "paused"]);
  });

  test("where the listing is denied nothing is paused or resumed: an error is no empty list", async () => {
    const { delivery, states, sweep } = await opened();
    delivery.proxy.fault(({ operation }) => operation === "DescribeClusters", "denied");
    await expect(sweep(1)).rejects.toThrow();
    delivery.proxy.reset();
    expect(await states("aged-late", "aged-asleep")).toEqual(["available", "paused"]);
  });
});
