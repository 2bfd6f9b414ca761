import type { NotebookInstanceSummary, Tag } from "@aws-sdk/client-sagemaker";
import { describe, expect, test } from "vitest";
import {
  startNotebookInstance,
  stopNotebookInstanceByHours,
} from "../../../aws/sagemaker/notebook-instance.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { after, minutes } from "../../../sdk/time.ts";
import { type HoursTrial, judgeByHours, lookByHours } from "../../../test/setup/hours.ts";
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
import { fixture } from "./fixture.ts";
import unit from "./index.ts";
import { notebookHours } from "./scheduled.ts";

const config = unit.config.parse({ schedules: officeSchedules });
const NotebookInstanceName = "research";
const id = "notebook:research";
const stopping = stopNotebookInstanceByHours({ NotebookInstanceName });
const starting = startNotebookInstance({ NotebookInstanceName });
const hoursTag: readonly Tag[] = tagged({ "nightshift:hours": "office" });

const running: NotebookInstanceSummary = {
  NotebookInstanceName,
  NotebookInstanceArn: "arn:aws:sagemaker:eu-central-1:123456789012:notebook-instance/research",
  NotebookInstanceStatus: "InService",
  LastModifiedTime: at("2026-11-20T08:00:00Z"),
};
/** As this unit's own stop leaves it, some minutes later. */
const standing: NotebookInstanceSummary = {
  ...running,
  NotebookInstanceStatus: "Stopped",
  LastModifiedTime: after(evening, minutes(6)),
};

const stoppedAt = (time: Date): Remembered => doneBy(notebookHours, time, stopping);
const startedAt = (time: Date): Remembered => doneBy(notebookHours, time, starting);

interface Tried {
  readonly now: Date;
  readonly config?: typeof config;
  readonly last?: Remembered | undefined;
  readonly only?: readonly string[];
  readonly tags?: readonly Tag[];
}

const trialOf = (
  notebooks: readonly NotebookInstanceSummary[],
  { tags = hoursTag, ...tried }: Tried,
): HoursTrial => ({
  config,
  ...tried,
  answers: (operation) => (operation === "sagemaker:ListTags" ? tags : notebooks),
});
const lookAt = (notebooks: readonly NotebookInstanceSummary[], tried: Tried) =>
  lookByHours(unit, trialOf(notebooks, tried));
const judged = async (notebook: NotebookInstanceSummary, tried: Tried) => {
  const all = await judgeByHours(unit, trialOf([notebook], tried));
  return { ...all, becomes: unit.becomes?.(all.first) };
};

describe("what is proposed", () => {
  test("when the schedule says off, it is stopped, and nobody is asked: its tag has said so", async () => {
    const { proposal, becomes } = await judged(running, { now: evening });
    expect(proposal).toEqual({
      because:
        "the schedule office says off from 2026-11-20 20:00 until 2026-11-23 07:00 (Europe/Berlin)",
      call: stopping,
      savesPerMonth: "unknown",
    });
    expect(becomes).toEqual({ state: "stopped" });
    expect(stopNotebookInstanceByHours.uncertain).toBeUndefined();
  });
  test("when it says on, what this unit stopped is started", async () => {
    const { proposal, becomes } = await judged(standing, {
      now: morning,
      last: stoppedAt(evening),
    });
    expect(proposal).toEqual({
      because:
        "the schedule office says on until 2026-11-23 20:00 (Europe/Berlin); it was off for 59.0 hours, its price is unknown",
      call: starting,
      ends: "a",
    });
    expect(becomes).toEqual({ state: "running" });
  });
  test("somebody keeps it on for longer: what this unit stopped is started for that", async () => {
    const tags = [...hoursTag, ...tagged({ [onUntilTag]: "2026-11-21T22:00" })];
    const { proposal } = await judged(standing, {
      now: saturday,
      last: stoppedAt(evening),
      tags,
    });
    expect(proposal?.call).toEqual(starting);
  });

  test.each<[what: string, notebook: NotebookInstanceSummary, tried: Tried]>([
    ["one that runs while the schedule says on", running, { now: noon }],
    ["one that stands while it says off", standing, { now: saturday, last: stoppedAt(evening) }],
    ["one that a person stopped", standing, { now: noon }],
    [
      "one that this unit started, and a person stopped",
      standing,
      { now: noon, last: startedAt(morning) },
    ],
    [
      "one that a person has started and stopped, or changed, since it was stopped",
      { ...standing, LastModifiedTime: saturday },
      { now: morning, last: stoppedAt(evening) },
    ],
    [
      "one that somebody started within its time off",
      { ...running, LastModifiedTime: at("2026-11-21T09:00:00Z") },
      { now: saturday, last: stoppedAt(evening) },
    ],
    [
      "one of a schedule that only stops, by day",
      standing,
      {
        now: morning,
        last: stoppedAt(evening),
        tags: tagged({ "nightshift:hours": "stop-only" }),
      },
    ],
    [
      "one that would be started again within the hour",
      running,
      { now: at("2026-11-23T05:15:00Z") },
    ],
    ...(["Pending", "Stopping", "Failed", "Updating"] as const).flatMap(
      (NotebookInstanceStatus): [string, NotebookInstanceSummary, Tried][] => [
        [
          `one that is ${NotebookInstanceStatus} by night`,
          { ...running, NotebookInstanceStatus },
          { now: evening },
        ],
        [
          `one that is ${NotebookInstanceStatus} by day`,
          { ...standing, NotebookInstanceStatus },
          { now: morning, last: stoppedAt(evening) },
        ],
      ],
    ),
  ])("%s is left alone", async (_, notebook, tried) =>
    expect((await judged(notebook, tried)).proposal).toBeUndefined(),
  );

  test("one that somebody started by night is stopped in the evening after that", async () => {
    const notebook = { ...running, LastModifiedTime: saturday };
    const { proposal } = await judged(notebook, { now: at("2026-11-23T19:05:00Z") });
    expect(proposal?.call).toEqual(stopping);
  });
});

test.each([
  [{ "aws:cloudformation:stack-name": "ml" }, "the CloudFormation stack ml"],
  [{ "aws:servicecatalog:provisionedProductArn": "arn" }, "the Service Catalog product"],
])("what others manage is named, and held: %o", async (more, told) => {
  const tags = [...hoursTag, ...tagged(more)];
  expect((await judged(running, { now: evening, tags })).managed).toContain(told);
});
test("one of a stack is stopped where the settings say so", async () => {
  const tags = [...hoursTag, ...tagged({ "aws:cloudformation:stack-name": "ml" })];
  const tried = { now: evening, tags, config: { ...config, ofStacks: true } };
  expect((await judged(running, tried)).managed).toBeUndefined();
});

describe("what people are told", () => {
  test("that one was started by night, in the same words all night", async () => {
    const notebook = { ...running, LastModifiedTime: at("2026-11-21T09:00:00Z") };
    for (const now of ["2026-11-21T09:15:00Z", "2026-11-22T22:00:00Z"])
      expect((await judged(notebook, { now: at(now) })).notes).toEqual([
        `${id} was started at 2026-11-21T10:00 (Europe/Berlin), while the schedule office says off: it is left running until that says off the next time`,
      ]);
  });
  test("that one was stopped by somebody else", async () => {
    const { notes } = await judged(standing, { now: noon });
    expect(notes.join()).toContain(`${id} is stopped, and not by this unit, so it is not started`);
  });
  test("that one has failed", async () => {
    const { notes } = await judged({ ...running, NotebookInstanceStatus: "Failed" }, { now: noon });
    expect(notes).toEqual([`${id} has failed, and follows no schedule until that is mended`]);
  });
  test("that what the settings name is not there", async () => {
    const { office } = config.schedules;
    const schedules = office ? { office: { ...office, targets: ["research", id] } } : {};
    const tried = { now: noon, tags: [], config: { ...config, schedules } };
    const { notes, found } = await lookAt([running], tried);
    expect(notes).toHaveLength(1);
    expect(notes.join()).toContain(
      "names research in its `targets`, and there is no such notebook",
    );
    expect(found).toHaveLength(1);
  });
});

test.each(["Office", "constructor", ""])(
  "a tag that says %j is not understood: nothing is stopped or started, and it is told",
  async (value) => {
    const tags = tagged({ "nightshift:hours": value });
    const attempt = judged(running, { now: evening, tags });
    await expect(attempt).rejects.toThrow(CannotJudge);
    await expect(attempt).rejects.toThrow("which is no schedule");
  },
);
test("nor one of which SageMaker does not say since when it runs", async () => {
  const { LastModifiedTime: _, ...untold } = running;
  const attempt = judged(untold, { now: evening });
  await expect(attempt).rejects.toThrow("SageMaker does not say when it was started");
});

test("of 20,000 the tags are asked once each, and the ledger of none that is as it should be", async () => {
  const many = Array.from({ length: 20_000 }, (_, nth) => ({
    ...running,
    NotebookInstanceName: `n-${nth}`,
  }));
  const { calls, asked, found } = await lookAt(many, { now: noon });
  expect([found.length, calls.length, asked]).toEqual([20_000, 20_001, []]);
});

test("one that is gone, or about to be, fails nothing; one without the tag is still known to an undo", async () => {
  const going: NotebookInstanceSummary = {
    ...running,
    NotebookInstanceName: "going",
    NotebookInstanceStatus: "Deleting",
  };
  const only = ["notebook:gone", "notebook:going", id];
  const { found, calls } = await lookAt([going, standing], { now: evening, only, tags: [] });
  expect(found.map(unit.state)).toEqual([{ state: "stopped" }]);
  expect(calls).toHaveLength(2);
});

test("an undo does what is to be so again", () => {
  const about = { target: id, within: undefined };
  expect(unit.restore?.calls({ state: "running" }, about)).toEqual(starting);
  expect(unit.restore?.calls({ state: "stopped" }, about)).toEqual(stopping);
});

test("for thirty quiet days it is stopped and started by the clock, and nothing is told", async () => {
  let notebook = running;
  let last: Remembered | undefined;
  const made: string[] = [];
  const told = new Set<string>();
  for (let nth = 0; nth < 30 * 24 * 4; nth += 1) {
    const now = after(at("2026-11-20T12:00:00Z"), minutes(15 * nth));
    const { proposal, notes } = await judged(notebook, { now, last });
    for (const note of notes) told.add(note);
    if (!proposal) continue;
    const isStopped = notebook.NotebookInstanceStatus === "Stopped";
    last = isStopped ? startedAt(now) : stoppedAt(now);
    notebook = {
      ...running,
      NotebookInstanceStatus: isStopped ? "InService" : "Stopped",
      LastModifiedTime: after(now, minutes(6)),
    };
    made.push(now.toISOString().slice(11, 16));
  }
  expect(made.length).toBeGreaterThan(40);
  expect(new Set(made)).toEqual(new Set(["19:00", "06:00"]));
  expect([...told]).toEqual([]);
});

test.each([{ mostADay: 0 }, { tag: "" }, { ofStacks: "yes" }, { leadMinutes: 5 }])(
  "config %o is refused",
  (given) => expect(unit.config.safeParse(given).success).toBe(false),
);

describe("in an account", { tags: ["moto"] }, () => {
  const opened = () =>
    openedByHours(
      unit,
      fixture,
      ({ NotebookInstanceStatus }: NotebookInstanceSummary) => NotebookInstanceStatus,
    );

  test("one that cannot be started now is told, keeps nothing else from its hours, opens no breaker, and is tried again", async () => {
    const account = await opened();
    const { states } = account;
    const refused = {
      call: ({ operation }: RecordedCall) => operation === "StartNotebookInstance",
      by: "ResourceLimitExceeded",
    };
    await expectTriedAgain(account, refused, async () =>
      expect(await states("aged-late", "aged-asleep")).toEqual(["Stopped", "Stopped"]),
    );
    expect(await states("aged-asleep")).toEqual(["InService"]);
  });

  test("the answer to a change is lost: it is as it was to be", async () => {
    const { delivery, states, sweep } = await opened();
    const stops = ({ operation }: RecordedCall) => operation === "StopNotebookInstance";
    delivery.proxy.fault(stops, "resetAfter", { times: 1 });
    for (const nth of [1, 2]) await sweep(nth);
    expect(await states("aged-late", "aged-late-too", "aged-asleep")).toEqual([
      "Stopped",
      "Stopped",
      "InService",
    ]);
  });

  test.each(["ListNotebookInstances", "ListTags"])(
    "where %s is denied nothing is stopped or started: an error is no empty list, and no tag no schedule",
    async (operation) => {
      const { delivery, states, sweep } = await opened();
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(sweep(1)).rejects.toThrow();
      delivery.proxy.reset();
      expect(await states("aged-late", "aged-asleep")).toEqual(["InService", "Stopped"]);
    },
  );
});
