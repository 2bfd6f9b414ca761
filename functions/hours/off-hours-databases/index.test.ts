import type { DBCluster, DBInstance, Event } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import {
  startDBCluster,
  startDBInstance,
  stopDBCluster,
  stopDBInstance,
} from "../../../aws/rds/running.ts";
import type { Remembered } from "../../../sdk/automation.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { after, before, days, minutes } from "../../../sdk/time.ts";
import { type HoursTrial, judgeByHours, lookByHours } from "../../../test/setup/hours.ts";
import { expectTriedAgain, openedByHours } from "../../../test/setup/hours-account.ts";
import {
  at,
  doneBy,
  early,
  evening,
  morning,
  noon,
  officeSchedules,
  saturday,
  tagged,
} from "../../../test/setup/hours-office.ts";
import type { RecordedCall } from "../../../testing/recorded-call.ts";
import { onUntilTag } from "../hours-of.ts";
import { fixture, startByHand } from "./fixture.ts";
import unit from "./index.ts";
import { databaseHours } from "./scheduled.ts";

const DBInstanceIdentifier = "orders";
const DBClusterIdentifier = "sales";
const settings = { schedules: officeSchedules };
const config = unit.config.parse(settings);

const running: DBInstance = {
  DBInstanceIdentifier,
  Engine: "postgres",
  DBInstanceStatus: "available",
  InstanceCreateTime: at("2026-01-01T00:00:00Z"),
  TagList: tagged({ "nightshift:hours": "office" }),
};
const stopped: DBInstance = { ...running, DBInstanceStatus: "stopped" };
const cluster: DBCluster = {
  DBClusterIdentifier,
  Engine: "aurora-postgresql",
  EngineMode: "provisioned",
  Status: "available",
  ClusterCreateTime: at("2026-01-01T00:00:00Z"),
  TagList: tagged({ "nightshift:hours": "office" }),
};

const actionOf = (operation: string, time: Date): Remembered =>
  doneBy(databaseHours, time, { operation: `rds:${operation}` });
const stopAt = (text: string) => actionOf("StopDBInstance", at(text));
const startAt = (text: string) => actionOf("StartDBInstance", at(text));
const byUs = stopAt("2026-11-20T19:05:00Z");

const event = (Message: string, time: string, more: Partial<Event> = {}): Event => ({
  SourceIdentifier: DBInstanceIdentifier,
  SourceType: "db-instance",
  Message,
  Date: at(time),
  ...more,
});
const started = "DB instance started";
const stops = "DB instance stopped";
const byAws =
  "DB instance is being started due to it exceeding the maximum allowed time being stopped.";

interface Tried {
  readonly now: Date;
  readonly config?: typeof config;
  /** What the unit last did to it. */
  readonly last?: Remembered | undefined;
  readonly events?: readonly Event[];
  readonly only?: readonly string[];
  readonly regions?: readonly string[];
}
interface Databases {
  readonly instances?: readonly DBInstance[];
  readonly clusters?: readonly DBCluster[];
}

type Asked = Readonly<Record<string, unknown>>;

const trialOf = (
  { instances = [], clusters = [] }: Databases,
  { config: chosen = config, events = [], ...tried }: Tried,
): HoursTrial => {
  const named = (input: Asked, id = ""): boolean => {
    const filters = (input.Filters ?? []) as { readonly Values: readonly string[] }[];
    return filters.every(({ Values }) => Values.includes(id));
  };
  const answers: Readonly<Record<string, (input: Asked) => readonly object[]>> = {
    "rds:DescribeDBInstances": (input) =>
      instances.filter((each) => named(input, each.DBInstanceIdentifier)),
    "rds:DescribeDBClusters": (input) =>
      clusters.filter((each) => named(input, each.DBClusterIdentifier)),
    "rds:DescribeEvents": ({ SourceType, StartTime }) =>
      events.filter(
        (each) => each.SourceType === SourceType && (each.Date ?? 0) >= (StartTime as Date),
      ),
  };
  return {
    ...tried,
    config: chosen,
    answers: (operation, input) => answers[operation]?.(input) ?? [],
  };
};
const lookAt = (databases: Databases, tried: Tried) => lookByHours(unit, trialOf(databases, tried));
const judge = (databases: Databases, tried: Tried) => judgeByHours(unit, trialOf(databases, tried));
const judged = (instance: DBInstance, tried: Tried) => judge({ instances: [instance] }, tried);

describe("what is proposed", () => {
  test("when the schedule says off, an instance that has run since before is stopped, at an unknown price", async () => {
    expect((await judged(running, { now: evening })).proposal).toEqual({
      because:
        "the schedule office says off from 2026-11-20 20:00 until 2026-11-23 07:00 (Europe/Berlin)",
      call: stopDBInstance({ DBInstanceIdentifier }),
      savesPerMonth: "unknown",
    });
  });
  test("a cluster is stopped as a whole", async () => {
    const { proposal } = await judge({ clusters: [cluster] }, { now: evening });
    expect(proposal?.call).toEqual(stopDBCluster({ DBClusterIdentifier }));
  });
  test("what this unit stopped is started, with the hours that it was really off", async () => {
    expect((await judged(stopped, { now: morning, last: byUs })).proposal).toEqual({
      because:
        "the schedule office says on until 2026-11-23 20:00 (Europe/Berlin); it was off for 59.0 hours, its price is unknown",
      call: startDBInstance({ DBInstanceIdentifier }),
      ends: "a",
    });
    const { proposal } = await judge(
      { clusters: [{ ...cluster, Status: "stopped" }] },
      { now: morning, last: actionOf("StopDBCluster", evening) },
    );
    expect(proposal?.call).toEqual(startDBCluster({ DBClusterIdentifier }));
  });
  test("a database is started before what needs it", async () => {
    const { proposal } = await judged(stopped, { now: early, last: byUs });
    expect(proposal?.because).toContain("says on from 2026-11-23 07:00 until 2026-11-23 20:00");
    const without = unit.config.parse({ ...settings, leadMinutes: 0 });
    const late = await judged(stopped, { now: early, last: byUs, config: without });
    expect(late.proposal).toBeUndefined();
    const sooner = unit.config.parse({ ...settings, leadMinutes: 60 });
    for (const [time, isToStart] of [
      ["2026-11-23T04:59:59Z", false],
      ["2026-11-23T05:00:00Z", true],
    ] as const) {
      const tried = { now: at(time), last: byUs, config: sooner };
      expect((await judged(stopped, tried)).proposal !== undefined).toBe(isToStart);
    }
  });
  test("nothing is stopped that would be started again within the hour, its lead counted", async () => {
    const at4 = { now: at("2026-11-23T04:46:00Z") };
    expect((await judged(running, at4)).proposal).toBeUndefined();
    const sooner = { now: at("2026-11-23T04:44:00Z") };
    expect((await judged(running, sooner)).proposal).toBeDefined();
  });
  test("a schedule that starts nothing has no lead", async () => {
    const only = { ...running, TagList: tagged({ "nightshift:hours": "stop-only" }) };
    expect((await judged(only, { now: at("2026-11-23T04:50:00Z") })).proposal).toBeDefined();
  });
});

describe("who started it is told by RDS's events", () => {
  const within = "2026-11-21T09:00:00Z";
  test.each<[what: string, tried: Omit<Tried, "now">, isStopped: boolean]>([
    ["nobody that is known", {}, true],
    ["somebody, before its time off", { events: [event(started, "2026-11-20T17:00:00Z")] }, true],
    ["somebody, within its time off", { events: [event(started, within)] }, false],
    [
      "somebody, in the longer words of RDS's manual",
      { events: [event("The DB instance has been started.", within)] },
      false,
    ],
    [
      "AWS, after seven days",
      { events: [event(byAws, "2026-11-21T08:50:00Z"), event(started, within)] },
      true,
    ],
    [
      "AWS, told out of order, and begun before its time off",
      { events: [event(started, "2026-11-20T19:02:00Z"), event(byAws, "2026-11-20T18:52:00Z")] },
      true,
    ],
    [
      "AWS, and after that, once somebody had stopped it, somebody",
      {
        events: [
          event(byAws, "2026-11-20T20:00:00Z"),
          event(started, "2026-11-20T20:10:00Z"),
          event(stops, "2026-11-20T21:00:00Z"),
          event(started, within),
        ],
      },
      false,
    ],
    [
      "AWS, and after that somebody, whose stop no event tells",
      {
        events: [
          event(byAws, "2026-11-20T20:00:00Z"),
          event(started, "2026-11-20T20:10:00Z"),
          event(started, within),
        ],
      },
      false,
    ],
    [
      "this unit, whose start ended after its time off had begun",
      {
        last: startAt("2026-11-20T18:45:00Z"),
        events: [event(started, "2026-11-20T19:04:00Z")],
      },
      true,
    ],
    [
      "this unit, and after that somebody",
      {
        last: startAt("2026-11-20T18:45:00Z"),
        events: [event(started, "2026-11-20T18:55:00Z"), event(started, within)],
      },
      false,
    ],
    ["somebody after this unit's stop, of whom no event tells", { last: byUs }, false],
    [
      "AWS after this unit's stop",
      {
        last: byUs,
        events: [event(byAws, "2026-11-21T08:50:00Z"), event(started, within)],
      },
      true,
    ],
    [
      "somebody, but an event of another database",
      { events: [event(started, within, { SourceIdentifier: "orders-2" })] },
      true,
    ],
    [
      "somebody, but a cluster of the same name",
      { events: [event("DB cluster started", within, { SourceType: "db-cluster" })] },
      true,
    ],
    ["nobody: it was restarted", { events: [event("DB instance restarted", within)] }, true],
    [
      "nobody: its recovery has started",
      { events: [event("Recovery of the DB instance has started.", within)] },
      true,
    ],
  ])("%s", async (_, tried, isStopped) => {
    const { proposal } = await judged(running, { now: saturday, ...tried });
    expect(proposal !== undefined).toBe(isStopped);
  });
  test("what was made within its time off, as from a snapshot, is left running", async () => {
    const made = { ...running, InstanceCreateTime: at("2026-11-21T09:00:00Z") };
    expect((await judged(made, { now: saturday })).proposal).toBeUndefined();
  });
  test("that AWS had started it is said where it is stopped again", async () => {
    const events = [event(byAws, "2026-11-21T08:50:00Z"), event(started, "2026-11-21T09:00:00Z")];
    const { proposal, notes } = await judged(running, { now: saturday, events });
    expect(proposal?.because).toMatch(
      /; AWS had started it again at 2026-11-21 10:00, as it does with what was stopped for seven days$/,
    );
    expect(notes).toEqual([]);
  });
  test("no more is asked for than RDS has kept, and once for all", async () => {
    const { calls } = await lookAt(
      { instances: [stopped, { ...stopped, DBInstanceIdentifier: "users" }] },
      { now: morning, last: stopAt("2026-01-20T19:05:00Z") },
    );
    const times = calls.flatMap(({ operation, input }) =>
      operation === "rds:DescribeEvents" ? [input.StartTime as Date] : [],
    );
    expect(times).toHaveLength(2);
    for (const time of times) {
      expect(time > before(morning, days(14))).toBe(true);
      expect(time < before(morning, days(13))).toBe(true);
    }
  });
});

describe("what is not started", () => {
  test.each<[what: string, instance: DBInstance, tried: Tried]>([
    ["what a person stopped", stopped, { now: noon }],
    [
      "what this unit started, and a person stopped after that",
      stopped,
      { now: noon, last: startAt("2026-11-23T06:00:00Z") },
    ],
    [
      "what this unit stopped, and a person started and stopped again",
      stopped,
      { now: morning, last: byUs, events: [event(started, "2026-11-21T09:00:00Z")] },
    ],
    [
      "what is still stopping",
      { ...stopped, DBInstanceStatus: "stopping" },
      { now: morning, last: byUs },
    ],
    [
      "what starts already",
      { ...stopped, DBInstanceStatus: "starting" },
      { now: morning, last: byUs },
    ],
    [
      "what a schedule only stops",
      { ...stopped, TagList: tagged({ "nightshift:hours": "stop-only" }) },
      { now: morning, last: byUs },
    ],
    ["what stands while the schedule says off", stopped, { now: saturday, last: byUs }],
  ])("%s", async (_, instance, tried) => {
    expect((await judged(instance, tried)).proposal).toBeUndefined();
  });
  test("its own is, where RDS tells of a start before it a moment late", async () => {
    const events = [event(started, "2026-11-20T19:06:00Z")];
    const { proposal } = await judged(stopped, { now: morning, last: byUs, events });
    expect(proposal).toBeDefined();
  });
  test("what somebody keeps on for longer is started within its time off, if this unit stopped it", async () => {
    const kept = {
      ...stopped,
      TagList: tagged({ "nightshift:hours": "office", [onUntilTag]: "2026-11-21T22:00" }),
    };
    const { proposal } = await judged(kept, { now: saturday, last: byUs });
    expect(proposal?.call).toEqual(startDBInstance({ DBInstanceIdentifier }));
    expect((await judged(kept, { now: saturday })).proposal).toBeUndefined();
  });
});

test.each([
  "modifying",
  "backing-up",
  "storage-optimization",
  "upgrading",
  "rebooting",
  "maintenance",
  "starting",
  "failed",
  "",
])("one that is %j is neither stopped nor started", async (DBInstanceStatus) => {
  const now = evening;
  expect((await judged({ ...running, DBInstanceStatus }, { now })).proposal).toBeUndefined();
});

describe("what RDS does not stop is named, and held", () => {
  test.each<[DBInstance, string]>([
    [{ ReadReplicaSourceDBInstanceIdentifier: "users" }, "users, which it replicates"],
    [{ ReadReplicaSourceDBClusterIdentifier: "users" }, "users, which it replicates"],
    [{ ReadReplicaDBInstanceIdentifiers: ["a", "b"] }, "a, b, which replicates it"],
    [{ ReadReplicaDBClusterIdentifiers: ["c"] }, "c, which replicates it"],
    [{ Engine: "sqlserver-ee", MultiAZ: true }, "its second zone"],
    [{ Engine: "custom-oracle-ee" }, "RDS Custom"],
    [
      {
        TagList: tagged({ "nightshift:hours": "office", "aws:cloudformation:stack-name": "shop" }),
      },
      "the CloudFormation stack shop",
    ],
  ])("an instance: %#", async (more, told) => {
    const { proposal, managed } = await judged({ ...running, ...more }, { now: evening });
    expect(proposal).toBeDefined();
    expect(managed).toContain(told);
  });
  test.each<[DBCluster, string]>([
    [{ EngineMode: "serverless" }, "Aurora Serverless v1"],
    [{ GlobalClusterIdentifier: "world" }, "the global database world"],
    [{ EngineMode: "global" }, "the global database that it is a part of"],
    [{ ServerlessV2ScalingConfiguration: { MinCapacity: 0 } }, "Aurora Serverless v2"],
    [
      { ReplicationSourceIdentifier: "arn:aws:rds:us-east-1:1:cluster:a" },
      "cluster:a, which it replicates",
    ],
    [{ ReadReplicaIdentifiers: ["b"] }, "b, which replicates it"],
    [{ Engine: "mysql" }, "its several zones: RDS stops clusters of Aurora alone"],
    [{ Engine: "docdb" }, "Amazon DocumentDB"],
    [{ Engine: "neptune" }, "Amazon Neptune"],
  ])("a cluster: %#", async (more, told) => {
    const found = await judge({ clusters: [{ ...cluster, ...more }] }, { now: evening });
    expect(found.proposal).toBeDefined();
    expect(found.managed).toContain(told);
  });
  test.each<[string, DBInstance]>([
    ["SQL Server in a single zone", { Engine: "sqlserver-ee", MultiAZ: false }],
    ["another engine in several zones", { Engine: "oracle-ee", MultiAZ: true }],
  ])("%s is stopped", async (_, more) => {
    expect((await judged({ ...running, ...more }, { now: evening })).managed).toBeUndefined();
  });
  test("Aurora Serverless v2 that goes on costing is stopped", async () => {
    const more = { ServerlessV2ScalingConfiguration: { MinCapacity: 0.5 } };
    const { managed } = await judge({ clusters: [{ ...cluster, ...more }] }, { now: evening });
    expect(managed).toBeUndefined();
  });
  test("one of a stack is stopped where the settings say so", async () => {
    const TagList = tagged({ "nightshift:hours": "office", "aws:cloudformation:stack-name": "s" });
    const ofStacks = { now: evening, config: { ...config, ofStacks: true } };
    expect((await judged({ ...running, TagList }, ofStacks)).managed).toBeUndefined();
  });
});

describe("what belongs to a cluster goes with it", () => {
  const member = { ...running, DBInstanceIdentifier: "sales-1", DBClusterIdentifier };
  test("it is never stopped by itself, whatever its tag says", async () => {
    const { found, notes } = await lookAt(
      { instances: [member], clusters: [cluster] },
      { now: evening },
    );
    expect(found.map((each) => unit.target(each).id)).toEqual(["cluster:sales"]);
    expect(notes).toEqual([]);
  });
  test.each([[[]], [tagged({ "nightshift:hours": "stop-only" })]])(
    "that its cluster has not the same schedule is told: %#",
    async (TagList) => {
      const databases = { instances: [member], clusters: [{ ...cluster, TagList }] };
      expect((await lookAt(databases, { now: noon })).notes).toEqual([
        "db:sales-1 asks for the schedule office, and belongs to cluster:sales, with which alone it is stopped and started: give the schedule to the cluster",
      ]);
    },
  );
});

describe("what people are told", () => {
  test("that one was started within its time off, in the same words all night", async () => {
    const events = [event(started, "2026-11-21T09:00:00Z")];
    const told = [
      "db:orders was started at 2026-11-21T10:00 (Europe/Berlin), while the schedule office says off: it is left running until that says off the next time",
    ];
    for (const now of ["2026-11-21T10:15:00Z", "2026-11-22T22:00:00Z"])
      expect((await judged(running, { now: at(now), events })).notes).toEqual(told);
  });
  test("where no event tells the start, since when at the earliest", async () => {
    const { notes } = await judged(running, { now: saturday, last: byUs });
    expect(notes.join()).toContain("was started some time after 2026-11-20T20:05 (Europe/Berlin)");
  });
  test("that one was stopped by somebody else, by day and by night in the same words", async () => {
    const AutomaticRestartTime = after(at("2026-11-20T10:00:00Z"), days(7));
    const byHand = { ...stopped, AutomaticRestartTime };
    const [day] = (await judged(byHand, { now: noon })).notes;
    expect(day).toContain("db:orders is stopped, and not by this unit, so it is not started");
    expect((await judged(byHand, { now: evening })).notes).toEqual([day]);
  });
  test.each([
    "storage-full",
    "failed",
    "incompatible-parameters",
    "inaccessible-encryption-credentials-recoverable",
  ])("that one is %s, in which nothing is followed", async (DBInstanceStatus) => {
    const { notes } = await judged({ ...running, DBInstanceStatus }, { now: noon });
    expect(notes.join()).toContain(`db:orders is ${DBInstanceStatus}, in which RDS neither`);
  });
  test("that what the settings name is not there, where one region alone is looked at", async () => {
    const { office } = config.schedules;
    const listed = {
      ...config,
      schedules: office ? { office: { ...office, targets: ["db:gone", "db:orders"] } } : {},
    };
    const tried = { now: noon, config: listed };
    const instances = [running];
    expect((await lookAt({ instances }, tried)).notes.join()).toContain(
      "The schedule office names db:gone in its `targets`, and there is no such database",
    );
    const more = { ...tried, regions: ["eu-central-1", "us-east-1"] };
    expect((await lookAt({ instances }, more)).notes).toEqual([]);
  });
  test("nothing of what goes as it should", async () => {
    const AutomaticRestartTime = after(at("2026-11-20T19:15:00Z"), days(7));
    for (const [instance, now, last] of [
      [running, noon, undefined],
      [running, evening, undefined],
      [{ ...stopped, AutomaticRestartTime }, saturday, byUs],
      [stopped, morning, byUs],
    ] as const)
      expect((await judged(instance, { now, last })).notes).toEqual([]);
  });
});

test.each(["Office", "office night", "constructor", ""])(
  "a tag that says %j is not understood: nothing is stopped or started, and it is told",
  async (value) => {
    const TagList = tagged({ "nightshift:hours": value });
    const attempt = judged({ ...running, TagList }, { now: evening });
    await expect(attempt).rejects.toThrow(CannotJudge);
    await expect(attempt).rejects.toThrow("which is no schedule");
  },
);

test("what the settings name is stopped without the tag, an instance and a cluster of one name apart", async () => {
  const { office } = config.schedules;
  const schedules = office ? { office: { ...office, targets: ["cluster:sales"] } } : {};
  const plain = { TagList: [] };
  const databases = {
    instances: [{ ...running, ...plain, DBInstanceIdentifier: "sales" }],
    clusters: [{ ...cluster, ...plain }],
  };
  const { found } = await lookAt(databases, { now: evening, config: { ...config, schedules } });
  expect(found.map((each) => unit.target(each).id)).toEqual(["cluster:sales"]);
});

describe("how much is asked", () => {
  const many = (instance: DBInstance) =>
    Array.from({ length: 20_000 }, (_, nth) => ({
      ...instance,
      DBInstanceIdentifier: `orders-${nth}`,
    }));
  test("of what runs as it should, nothing but the listings", async () => {
    const { calls, asked } = await lookAt({ instances: many(running) }, { now: noon });
    expect([calls.map(({ operation }) => operation), asked]).toEqual([
      ["rds:DescribeDBInstances", "rds:DescribeDBClusters"],
      [],
    ]);
  });
  test("of what was stopped in the evening, nothing until the morning", async () => {
    const AutomaticRestartTime = after(evening, days(7));
    const asleep = many({ ...stopped, AutomaticRestartTime });
    expect((await lookAt({ instances: asleep }, { now: saturday })).asked).toEqual([]);
    const { calls, asked } = await lookAt({ instances: asleep }, { now: morning, last: byUs });
    expect([calls.length, asked.length]).toEqual([4, 20_000]);
  });
});

test("one that is gone fails nothing, and one without the tag is still known to an undo", async () => {
  const only = ["db:gone", "db:orders", "cluster:gone"];
  const plain = { ...stopped, TagList: [] };
  const { found } = await lookAt({ instances: [plain] }, { now: evening, only });
  expect(found.map((each) => [unit.target(each).id, unit.state(each)])).toEqual([
    ["db:orders", { state: "stopped" }],
  ]);
});

test.each<[what: string, config: object, field: string]>([
  ["a lead before it", { leadMinutes: -1 }, "leadMinutes"],
  ["a lead of half a day", { leadMinutes: 720 }, "leadMinutes"],
  ["a lead in words", { leadMinutes: "15" }, "leadMinutes"],
  ["a misspelt key", { leadMinute: 15 }, "leadMinute"],
])("config with %s is refused, and the field named", (_, wrong, field) =>
  expect(JSON.stringify(unit.config.safeParse(wrong).error?.issues)).toContain(field),
);

/** A database of RDS, for as many days as are wished: AWS starts it again after seven. */
class Simulated {
  status: "available" | "stopped" = "available";
  events: Event[] = [];
  last: Remembered | undefined;
  private stoppedAt = at("2026-01-01T00:00:00Z");

  instance(): DBInstance {
    const AutomaticRestartTime = after(this.stoppedAt, days(7));
    const isStopped = this.status === "stopped";
    return {
      ...running,
      DBInstanceStatus: this.status,
      TagList: tagged({ "nightshift:hours": "stop-only" }),
      ...(isStopped && { AutomaticRestartTime }),
    };
  }
  tick(now: Date): void {
    if (this.status !== "stopped" || now < after(this.stoppedAt, days(7))) return;
    this.status = "available";
    const begins = before(now, minutes(5)).toISOString();
    this.events.push(event(byAws, begins), event(started, now.toISOString()));
  }
  stop(now: Date): void {
    this.status = "stopped";
    this.stoppedAt = now;
    this.last = actionOf("StopDBInstance", now);
    this.events.push(event(stops, now.toISOString()));
  }
}

test("for thirty days that nobody needs it, AWS's starts are told once each, in the stop that follows", async () => {
  const database = new Simulated();
  const stopsMade: string[] = [];
  const told = new Set<string>();
  for (let nth = 0; nth < 30 * 24 * 4; nth += 1) {
    const now = after(at("2026-11-16T12:00:00Z"), minutes(15 * nth));
    database.tick(now);
    const { last, events } = database;
    const { proposal, notes } = await judged(database.instance(), { now, last, events });
    for (const each of notes) told.add(each);
    if (!proposal) continue;
    stopsMade.push(`${now.toISOString().slice(0, 16)} ${proposal.because.includes("AWS")}`);
    database.stop(now);
  }
  expect(stopsMade).toEqual([
    "2026-11-16T19:00 false",
    "2026-11-23T19:00 true",
    "2026-11-30T19:00 true",
    "2026-12-07T19:00 true",
    "2026-12-14T19:00 true",
  ]);
  expect([...told]).toEqual([]);
});

describe("in an account", { tags: ["moto"] }, () => {
  const opened = () =>
    openedByHours(unit, fixture, ({ status }: { readonly status: string }) => status);

  test("a start for which RDS has no capacity is told, keeps nothing else from its hours, opens no breaker, and is tried again", async () => {
    const account = await opened();
    const { states } = account;
    const isStart = ({ operation }: RecordedCall) => operation === "StartDBInstance";
    const refused = { call: isStart, by: "InsufficientDBInstanceCapacity" };
    await expectTriedAgain(account, refused, async () =>
      expect(await states("late", "sales", "archive", "asleep")).toEqual([
        "stopped",
        "stopped",
        "available",
        "stopped",
      ]),
    );
    expect(await states("asleep")).toEqual(["available"]);
  });

  test.each(["DescribeDBInstances", "DescribeDBClusters", "DescribeEvents"])(
    "where %s is denied the run fails, and nothing is stopped",
    async (operation) => {
      const { delivery, states } = await opened();
      delivery.proxy.fault((call) => call.operation === operation, "denied");
      await expect(delivery.deliver()).rejects.toThrow();
      expect(await states("late", "sales")).toEqual(["available", "available"]);
    },
  );

  test("one that a person starts after it was stopped is left running, and told once in many looks", async () => {
    const { delivery, states, sweep, told } = await opened();
    await sweep(1);
    expect(await states("late")).toEqual(["stopped"]);
    await startByHand(delivery.aws, "late");
    for (const nth of [2, 3, 4]) await sweep(nth);
    expect(await states("late")).toEqual(["available"]);
    expect(await told("db:late was started")).toHaveLength(1);
  });
});
