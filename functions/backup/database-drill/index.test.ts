import {
  AuthorizeSecurityGroupEgressCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import {
  AddTagsToResourceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DeleteDBSnapshotCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { describe, expect, onTestFinished, test } from "vitest";
import { isThrowAwayDatabase, throwAwayDatabase } from "../../../aws/rds/throw-away.ts";
import { undo } from "../../../engine/run/undo.ts";
import { actionsOf } from "../../../ledger/actions.ts";
import { after, days, minutes } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages, nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { makeCluster, makeInstance } from "../database-backups/fixture.ts";
import { drillWordIn } from "../drilled.ts";
import { seedDatabaseBackup } from "../prune-database-backups/fixture.ts";
import type { OwnSnapshot } from "../prune-database-backups/pieces.ts";
import { type BackedUpDatabase, databaseVerdict, type SeenDatabase } from "./compared-database.ts";
import { databaseDrillCost, shownDatabaseCost } from "./cost.ts";
import { type DatabaseDrill, drillCluster, drillDatabase } from "./drill-databases.ts";
import { databaseDrilledBefore, makeNetwork, seedDatabase, testNetwork } from "./fixture.ts";
import unit from "./index.ts";
import { troubleOfNetwork } from "./network.ts";

const arn = "arn:aws:rds:eu-central-1:123456789012:snapshot:nightshift-orders";
const snapshot: OwnSnapshot = {
  about: "db:orders",
  slot: "2026-11-20",
  id: "snapshot:nightshift-orders",
  name: "nightshift-orders",
  arn,
  kind: "instance",
  status: "available",
  tags: [],
  resource: "db-1",
  engine: "postgres",
  gibibytes: 20,
  madeAt: undefined,
};
const network = { subnetGroup: "drills", securityGroups: ["sg-0123456789abcdef0"] };
const found = {
  about: "db:orders",
  slot: "2026-11-20",
  snapshot,
  tags: [],
  word: undefined,
  isTurn: true,
  isKnown: true,
  network: { network } as { network: typeof network } | { trouble: string },
};
const drill: DatabaseDrill = {
  about: "db:orders",
  slot: "2026-11-20",
  name: "orders",
  source: { snapshot: "nightshift-orders", arn, engine: "postgres" },
  network,
  class: "db.t3.medium",
  slowestMinutes: 240,
};

describe("what is proposed", () => {
  test("a drill of what was never restored; without a price its cost is unknown", () =>
    expect(proposeFor(unit, found)).toEqual({
      because:
        "it was never restored: a drill of 20 GiB as nightshift-drill-…, for an hour or so; its cost is unknown: the settings give no `hourly`",
      call: drillDatabase(drill),
    }));
  test("with a price it is said before", () =>
    expect(proposeFor(unit, found, { config: { hourly: 0.08 } })).toMatchObject({
      because: expect.stringContaining("its cost is about $0.08, by the settings' `hourly`"),
      call: drillDatabase({ ...drill, hourly: 0.08 }),
    }));
  test("of a cluster as a whole", () =>
    expect(
      proposeFor(unit, { ...found, snapshot: { ...snapshot, kind: "cluster" } })?.call.operation,
    ).toBe("flow:drill-cluster"));
  test("none of what only a name says is ours, before its turn, or of one that is gone", () => {
    expect(proposeFor(unit, { ...found, isKnown: false })).toBeUndefined();
    expect(proposeFor(unit, { ...found, isTurn: false })).toBeUndefined();
    expect(proposeFor(unit, { ...found, snapshot: undefined as never })).toBeUndefined();
  });
  test("none into a network that is not there, or not apart: that is told", () =>
    expect(() =>
      proposeFor(unit, { ...found, network: { trouble: "eu-central-1 has no subnet group x" } }),
    ).toThrow("nothing may be restored: eu-central-1 has no subnet group x"));
  test("one that costs more than a drill may is told, with the remedy", () =>
    expect(() => proposeFor(unit, found, { config: { hourly: 6, budget: 5 } })).toThrow(
      "$5.00 is what a drill may cost: raise `budget`, or exempt it",
    ));
});

test.each([
  { budget: 5 },
  { hourly: 0 },
  { class: "t3.medium" },
  { class: "same" },
  { networks: {} },
  { network: { subnetGroup: "drills" } },
  { network: { subnetGroup: "drills", securityGroups: [] } },
  { network: { subnetGroup: "drills", securityGroups: ["sg-0123456789abcdef0"] } },
  { again: 0.5 },
  { slowest: "4h" },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));

test("a budget without a price is refused by its field, with the remedy", () =>
  expect(unit.config.safeParse({ budget: 5 }).error?.issues).toMatchObject([
    { path: ["budget"], message: expect.stringContaining("cannot be kept without `hourly`") },
  ]));

test("what it costs is what the settings say, for as long as it was there", () => {
  expect(databaseDrillCost(0.5, { seconds: 1800 })).toBe(0.25);
  expect(shownDatabaseCost(databaseDrillCost(undefined, { seconds: 1800 }))).toMatch(/^unknown/);
});

describe("the network", () => {
  const subnets = { SubnetGroupStatus: "Complete", VpcId: "vpc-1" };
  const group: SecurityGroup = { GroupName: "drills", GroupId: "sg-1", VpcId: "vpc-1" };
  const everyone = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  const everyone6 = { IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] };
  const within = { IpProtocol: "tcp", IpRanges: [{ CidrIp: "10.0.0.0/16" }] };
  test.each<[what: string, groups: readonly SecurityGroup[], trouble: RegExp | undefined]>([
    ["one that is apart", [{ ...group, IpPermissions: [within] }], undefined],
    ["one that lets everyone in", [{ ...group, IpPermissions: [everyone] }], /lets everyone in/],
    ["by IPv6", [{ ...group, IpPermissions: [everyone6] }], /lets everyone in/],
    [
      "one that lets everything out",
      [{ ...group, IpPermissionsEgress: [everyone] }],
      /lets everything out.*take that rule out/,
    ],
    ["one that lacks a group", [], /vpc-1.*has no security group drills: make it/],
  ])("%s", (_, groups, trouble) => {
    const said = troubleOfNetwork(testNetwork, subnets, groups);
    if (trouble) expect(said).toMatch(trouble);
    else expect(said).toBeUndefined();
  });
  test("one whose subnet group is not whole", () =>
    expect(
      troubleOfNetwork(testNetwork, { ...subnets, SubnetGroupStatus: "Incomplete" }, [group]),
    ).toMatch(/drills of `network` is Incomplete/));
});

describe("what is compared", () => {
  const key = "arn:aws:kms:eu-central-1:123456789012:key/1";
  const of: BackedUpDatabase = {
    engine: "postgres",
    version: "16.4",
    gibibytes: 100,
    key,
    parameters: "orders-parameters",
    class: "db.r6g.large",
  };
  const seen: SeenDatabase = {
    state: "available",
    version: "16.4",
    gibibytes: 100,
    key,
    isPublic: false,
    parameters: "orders-parameters",
    endpoint: "x.rds.amazonaws.com",
  };
  const asked = { asked: "db.t3.medium" };
  test("one that is as it should be is good, and says what was looked at", () =>
    expect(databaseVerdict(seen, of, asked)).toEqual({
      result: "good",
      why: "available, postgres 16.4, 100 GiB, encrypted by its key",
    }));
  test.each<[what: string, seen: Partial<SeenDatabase>, result: string, why: RegExp]>([
    ["it was taken away again", { state: "gone" }, "bad", /took the restored database away/],
    ["it is still being made", { state: "creating" }, "unknown", /still at it \(creating\)/],
    ["its blocks still come", { state: "storage-initialization" }, "good", /^storage-init/],
    ["its restore failed", { state: "failed" }, "bad", /is failed/],
    ["nor can it be", { state: "incompatible-restore" }, "bad", /is incompatible-restore/],
    [
      "its key cannot be used",
      { state: "inaccessible-encryption-credentials" },
      "bad",
      /cannot use the snapshot's key/,
    ],
    ["there is no room", { state: "incompatible-network" }, "unknown", /free addresses/],
    [
      "its parameters are too much for the class",
      { state: "incompatible-parameters" },
      "unknown",
      /set `class` to original/,
    ],
    ["it is public", { isPublic: true }, "unknown", /publicly accessible/],
    ["it is smaller", { gibibytes: 20 }, "bad", /20 GiB in place of 100/],
    ["it has no key", { key: undefined }, "bad", /key is none in place of/],
    ["RDS upgraded it", { version: "17.1" }, "unknown", /engine version is 17.1 in place of 16.4/],
    ["it has other parameters", { parameters: "x" }, "unknown", /parameter group is x/],
  ])("%s", (_, more, result, why) => {
    const verdict = databaseVerdict({ ...seen, ...more }, of, asked);
    expect(verdict.result).toBe(result);
    expect(verdict.why).toMatch(why);
  });
  test("in the original's class, parameters that do not start are bad", () =>
    expect(
      databaseVerdict({ ...seen, state: "incompatible-parameters" }, of, { asked: "original" })
        .result,
    ).toBe("bad"));
  test("a parameter group that RDS does not know is bad", () =>
    expect(databaseVerdict(seen, of, { ...asked, missing: "orders-parameters" })).toMatchObject({
      result: "bad",
      why: expect.stringContaining("knows no parameter group orders-parameters"),
    }));
  test("of Aurora the storage is not compared", () =>
    expect(
      databaseVerdict({ ...seen, gibibytes: undefined }, { ...of, gibibytes: undefined }, asked)
        .result,
    ).toBe("good"));
});

describe("a drill, by answers as AWS documents them", () => {
  const began = new Date("2026-11-21T03:10:00Z");
  interface Answers {
    /** Of the restored instance, one each time it is asked; the last stays. */
    readonly states: readonly (string | undefined)[];
    /** Of the restored cluster. */
    readonly cluster?: string;
    readonly passes?: number;
    /** What is said to its deletion, one each time; then it is deleted. */
    readonly refusals?: readonly string[];
  }
  /** Carries it with what AWS answers in place of AWS; time passes with each question. */
  async function carried(flow: "instance" | "cluster", given: Answers) {
    const { states, cluster, passes = 60 } = given;
    const refusals = [...(given.refusals ?? [])];
    const wrote: { readonly operation: string; readonly input: unknown }[] = [];
    const told: object[] = [];
    let now = began;
    let asked = 0;
    const action = "database-drill.20261121T031000.00000000.0123456789";
    const own = throwAwayDatabase(action);
    const answers: Record<string, (name: string) => readonly object[]> = {
      "rds:DescribeDBSnapshots": () => [{ EngineVersion: "16.4", AllocatedStorage: 20 }],
      "rds:DescribeDBClusterSnapshots": () => [{ EngineVersion: "16.4" }],
      "rds:DescribeDBClusters": (name) =>
        name === own ? [{ Status: cluster, EngineVersion: "16.4" }] : [],
      "rds:DescribeDBInstances": (name) => {
        if (name !== own) return [{ DBInstanceClass: "db.r6g.large" }];
        const DBInstanceStatus = states[Math.min(asked, states.length - 1)];
        asked += 1;
        const instance = { DBInstanceStatus, EngineVersion: "16.4", AllocatedStorage: 20 };
        return DBInstanceStatus === undefined ? [] : [instance];
      },
    };
    const read = ({ operation, input }: { readonly operation: string; readonly input: object }) => {
      const { Filters: [filter] = [] } = input as {
        readonly Filters?: readonly { readonly Values: readonly string[] }[];
      };
      const given = answers[operation]?.(filter?.Values[0] ?? "") ?? [];
      return (async function* () {
        yield* given;
      })();
    };
    const aws = {
      began,
      carries: { action, run: "database-drill.20261121T031000.00000000" },
      write: async (call: (typeof wrote)[number]) => {
        wrote.push(call);
        return {};
      },
      takeBack: async ({ operation }: { readonly operation: string }) => {
        wrote.push({ operation: `back ${operation}`, input: {} });
        return refusals.shift() ?? null;
      },
      look: (_: string, ask: (read: unknown, now: Date) => unknown) => ask(read, now),
      until: async (_: string, ask: (read: unknown, now: Date) => Promise<unknown>) => {
        for (;;) {
          const answer = await ask(read, now);
          if (answer !== undefined) return answer;
          now = after(now, minutes(passes));
        }
      },
      tell: async (message: object) => {
        told.push(message);
        return now;
      },
    };
    const carry = flow === "cluster" ? drillCluster.carry : drillDatabase.carry;
    const output = await carry(drill, aws as never);
    return { wrote, operations: wrote.map(({ operation }) => operation), told, output };
  }
  const restore = "rds:RestoreDBInstanceFromDBSnapshot";
  const remove = `back ${restore}`;
  const tag = "rds:AddTagsToResource";

  test("waits as long as it takes, and says how long that was", async () => {
    const { operations, output } = await carried("instance", {
      states: ["creating", "backing-up", "available"],
    });
    expect(output).toMatchObject({ result: "good", seconds: 7200, checked: "restored" });
    expect(operations).toEqual([restore, remove, tag]);
  });
  test("never public, not protected, in the network of the settings, and deleted without a snapshot", async () => {
    const { wrote } = await carried("instance", { states: ["available"] });
    expect(wrote[0]?.input).toMatchObject({
      DBSnapshotIdentifier: "nightshift-orders",
      DBInstanceClass: "db.t3.medium",
      DBSubnetGroupName: "drills",
      VpcSecurityGroupIds: network.securityGroups,
      PubliclyAccessible: false,
      DeletionProtection: false,
      BackupRetentionPeriod: 0,
    });
    const [restored] = drillDatabase.writes;
    expect(restored?.invert(wrote[0]?.input ?? {}, {})).toMatchObject([
      { operation: "rds:DeleteDBInstance", input: { SkipFinalSnapshot: true } },
    ]);
  });
  test("a database that does not show yet is still to come", async () => {
    const { output } = await carried("instance", {
      states: [undefined, "creating", "available"],
      passes: 5,
    });
    expect(output).toMatchObject({ result: "good" });
  });
  test("one that is taken away again is bad, critically", async () => {
    const { output, told } = await carried("instance", { states: ["creating", undefined] });
    expect(output).toMatchObject({ result: "bad" });
    expect(told).toMatchObject([{ severity: "critical" }]);
  });
  test("one that is never made is left to those who can delete it later, and that is told", async () => {
    const { operations, told } = await carried("instance", { states: ["creating"] });
    expect(operations).toEqual([restore, tag]);
    expect(told).toMatchObject([
      {
        title: expect.stringContaining("was not restored in time: whether it is good is not known"),
        severity: "warning",
        facts: { found: expect.stringContaining("`database-drill-leftovers` takes it away") },
      },
    ]);
  });
  test("one that RDS does not delete at once is deleted a little later", async () => {
    const { operations, told } = await carried("instance", {
      states: ["available"],
      refusals: ["InvalidDBInstanceState: it is being modified"],
    });
    expect(operations).toEqual([restore, remove, remove, tag]);
    expect(told).toMatchObject([{ severity: "info" }]);
  });
  test("one that is being deleted already is not deleted again", async () => {
    const { operations, told } = await carried("instance", {
      states: ["available", "deleting"],
      refusals: ["InvalidDBInstanceState: it is already being deleted"],
    });
    expect(operations).toEqual([restore, remove, tag]);
    expect(told).toMatchObject([{ severity: "info" }]);
  });
  test("one that RDS does not delete is told with what was found out", async () => {
    const { operations, told, output } = await carried("instance", {
      states: ["available"],
      refusals: ["AccessDenied: no", "AccessDenied: no"],
    });
    expect(operations).toEqual([restore, remove, remove, tag]);
    expect(output).toMatchObject({ result: "good" });
    expect(told).toMatchObject([
      { facts: { found: expect.stringContaining("is still there: AccessDenied: no") } },
    ]);
  });
  test("a cluster whose instance is not deleted is left with it", async () => {
    const { operations } = await carried("cluster", {
      cluster: "available",
      states: ["available"],
      refusals: ["no", "no"],
    });
    expect(operations.filter((each) => each.startsWith("back"))).toEqual([
      "back rds:CreateDBInstance",
      "back rds:CreateDBInstance",
    ]);
  });
  test("a cluster is there when its instance is; the instance is deleted before it", async () => {
    const { operations, output } = await carried("cluster", {
      cluster: "available",
      states: [undefined, "creating", "available"],
      passes: 4,
    });
    expect(operations).toEqual([
      "rds:RestoreDBClusterFromSnapshot",
      "rds:CreateDBInstance",
      "back rds:CreateDBInstance",
      "back rds:RestoreDBClusterFromSnapshot",
      tag,
    ]);
    expect(output).toMatchObject({ result: "good", seconds: 480 });
  });
  test("a cluster that cannot be restored is bad, is given no instance, and is deleted", async () => {
    const { operations, output } = await carried("cluster", {
      cluster: "inaccessible-encryption-credentials",
      states: [],
    });
    expect(operations).toEqual([
      "rds:RestoreDBClusterFromSnapshot",
      "back rds:RestoreDBClusterFromSnapshot",
      tag,
    ]);
    expect(output).toMatchObject({ result: "bad" });
  });
});

interface Opened extends TestDelivery {
  readonly snapshots: readonly string[];
}

/** Databases with one snapshot each, and the network of the settings. */
async function opened(
  abouts: readonly string[] = ["db:orders"],
  settings: Partial<UnitSettings> = {},
): Promise<Opened> {
  const snapshots: string[] = [];
  const delivery = await open(
    unit,
    async (aws, store) => {
      await makeNetwork(aws);
      for (const about of abouts)
        snapshots.push(...(await seedDatabase({ aws, store }, about, { slots: ["2026-11-20"] })));
    },
    { config: { network: testNetwork }, ...settings },
    true,
  );
  onTestFinished(() => delivery.close());
  return { ...delivery, snapshots };
}

const rdsOf = ({ aws }: TestDelivery) => aws.client(RDSClient);
async function leftovers(delivery: TestDelivery): Promise<string[]> {
  const { DBInstances = [] } = await rdsOf(delivery).send(new DescribeDBInstancesCommand({}));
  const { DBClusters = [] } = await rdsOf(delivery).send(new DescribeDBClustersCommand({}));
  const names = [
    ...DBInstances.map(({ DBInstanceIdentifier: name = "" }) => name),
    ...DBClusters.map(({ DBClusterIdentifier: name = "" }) => name),
  ];
  return names.filter(isThrowAwayDatabase);
}
const recordsOf = ({ store }: TestDelivery, run: { readonly id: string }) =>
  actionsOf(store, "unit", unit.id, run.id);
const times = ({ proxy }: TestDelivery, name: string) =>
  proxy.calls.filter(({ operation }) => operation === name).length;
const restores = (delivery: TestDelivery) =>
  times(delivery, "RestoreDBInstanceFromDBSnapshot") +
  times(delivery, "RestoreDBClusterFromSnapshot");
async function wordsIn(delivery: TestDelivery) {
  const { DBSnapshots = [] } = await rdsOf(delivery).send(
    new DescribeDBSnapshotsCommand({ SnapshotType: "manual" }),
  );
  return DBSnapshots.map(({ TagList: Tags }) => drillWordIn(Tags ? { Tags } : {})?.result);
}

describe("a drill", () => {
  test("restores beside the original, compares, deletes all, and says so on the snapshot and to people", async () => {
    const delivery = await opened(["db:orders"], {
      config: { network: testNetwork, hourly: 0.08 },
    });
    const run = await delivery.ended(await delivery.deliver());
    const [record] = await recordsOf(delivery, run);
    expect([record?.outcome, record?.verified, record?.error]).toEqual(["applied", true, null]);
    expect(record?.output).toMatchObject({ result: "good", checked: "restored" });
    expect(await leftovers(delivery)).toEqual([]);
    expect(await wordsIn(delivery)).toEqual(["good"]);
    const told = (await messages(delivery)).find(({ kind }) => kind === "report");
    expect(told).toMatchObject({
      severity: "info",
      title: "the backup of orders of the slot 2026-11-20 was restored and is good",
      facts: {
        found: expect.stringMatching(/^available, postgres .*20 GiB, not encrypted/),
        "recovery time": expect.stringMatching(/of 240 minutes that are promised$/),
        cost: "less than $0.01, by the settings' `hourly`",
        checked: expect.stringContaining("no query is made"),
      },
    });
  });
  test("of a cluster takes its instance away before it", async () => {
    const delivery = await opened(["cluster:sales"]);
    const run = await delivery.ended(await delivery.deliver());
    const [record] = await recordsOf(delivery, run);
    expect([record?.outcome, record?.verified, record?.error]).toEqual(["applied", true, null]);
    expect(record?.output).toMatchObject({ result: "good" });
    expect(await leftovers(delivery)).toEqual([]);
  });
  test("one of each kind a night, each in its turn, and none again that is good", async () => {
    const delivery = await opened(["db:orders", "db:carts", "cluster:sales"]);
    const starts = ["a", "b"].map((key) => ({ ...delivery.start, key }));
    const runs = await Promise.all(starts.map((start) => delivery.deliver({ start })));
    for (const run of runs) await delivery.ended(run);
    expect(restores(delivery)).toBe(2);
    await delivery.later(days(1));
    await delivery.ended(await delivery.deliver({ start: nextSweep(delivery) }));
    expect(restores(delivery)).toBe(3);
    await delivery.later(days(1));
    const again = await delivery.deliver({ start: nextSweep(delivery, 2) });
    expect(again.actions).toEqual([]);
  });
  test("none is begun as long as one of its kind is there that a drill made", async () => {
    const delivery = await opened(["db:orders", "cluster:sales"]);
    await makeInstance(delivery.aws, throwAwayDatabase("database-drill.1.2.3"), {});
    const run = await delivery.deliver();
    expect(run.actions.map(({ target }) => target)).toEqual(["cluster:sales@2026-11-20"]);
    expect(await notesIn(delivery)).toEqual([
      expect.stringContaining("none of its kind is begun beside it"),
    ]);
  });
  test("of a database that is gone is made all the same: that is what backups are for", async () => {
    const delivery = await opened(["db:orders", "cluster:sales"]);
    await rdsOf(delivery).send(
      new DeleteDBInstanceCommand({ DBInstanceIdentifier: "orders", SkipFinalSnapshot: true }),
    );
    await rdsOf(delivery).send(
      new DeleteDBClusterCommand({ DBClusterIdentifier: "sales", SkipFinalSnapshot: true }),
    );
    const run = await delivery.ended(await delivery.deliver());
    const records = await recordsOf(delivery, run);
    expect(records.map(({ output }) => output)).toMatchObject([
      { result: "good" },
      { result: "good" },
    ]);
  });
  test.each(["owner=ann@example.com", "from=database-drill owner=ann@example.com"])(
    "of a database with the tag nightshift:exempt=%s is held",
    async (Value) => {
      const delivery = await opened();
      await rdsOf(delivery).send(
        new AddTagsToResourceCommand({
          ResourceName: `arn:aws:rds:${delivery.aws.region}:${delivery.aws.account}:db:orders`,
          Tags: [{ Key: "nightshift:exempt", Value }],
        }),
      );
      const run = await delivery.deliver();
      expect(run.actions.map(({ held }) => held?.by)).toEqual(["exemption"]);
      expect(restores(delivery)).toBe(0);
    },
  );
  test("that an undo takes back is forgotten, and the snapshot is still there", async () => {
    const delivery = await opened();
    const run = await delivery.ended(await delivery.deliver());
    const take = (confirms?: string) =>
      undo(unit, run.id, { by: "ann", confirms }, delivery.host());
    const undone = await take((await take()).confirm);
    expect(undone.actions.map(({ outcome, verified }) => [outcome, verified])).toEqual([
      ["applied", true],
    ]);
    expect(await wordsIn(delivery)).toEqual([undefined]);
  });
  test("is told with what drills before it took", async () => {
    const delivery = await opened(["db:carts"]);
    const place = { aws: delivery.aws, store: delivery.store };
    const slots = ["2026-11-18", "2026-11-20"];
    const [arn = ""] = await seedDatabase(place, "db:orders", { slots });
    await databaseDrilledBefore(place, "db:orders", arn);
    for (const later of [0, 1]) {
      await delivery.ended(await delivery.deliver({ start: nextSweep(delivery, later) }));
      await delivery.later(days(1));
    }
    const told = (await messages(delivery)).filter(({ kind }) => kind === "report");
    expect(told).toHaveLength(2);
    expect(told.find(({ title }) => title.includes("orders"))).toMatchObject({
      facts: { "drills before it": "10 minutes" },
      chart: { title: "Recovery time" },
    });
  });
  test("without a network nothing is restored, and people are told what to set", async () => {
    const delivery = await opened(["db:orders"], { config: {} });
    expect((await delivery.deliver()).actions).toEqual([]);
    expect(await notesIn(delivery)).toEqual([
      expect.stringMatching(/^No database is drilled: the settings have no `network`: name/),
    ]);
    expect(restores(delivery)).toBe(0);
  });
  test("a cluster that is not Aurora's is told, and not restored", async () => {
    const delivery = await open(
      unit,
      async (aws, store) => {
        await makeCluster(aws, "zones", {}, { Engine: "postgres" });
        await seedDatabaseBackup({ aws, store }, { about: "cluster:zones", slot: "2026-11-20" });
      },
      { config: { network: testNetwork } },
      true,
    );
    onTestFinished(() => delivery.close());
    expect((await delivery.deliver()).actions).toEqual([]);
    expect(await notesIn(delivery)).toEqual([
      expect.stringContaining("No drill restores cluster:zones"),
    ]);
  });
});

describe("what goes wrong", () => {
  const isMade = (delivery: TestDelivery) => restores(delivery) > 0;
  /** A drill that waits for its database. */
  const atWork = async (delivery: Opened) => {
    const run = await delivery.deliver();
    delivery.proxy.fault(
      ({ operation }) => operation === "DescribeDBInstances" && isMade(delivery),
      "throttled",
    );
    await delivery.flows.carryNext();
    expect(await leftovers(delivery)).toHaveLength(1);
    delivery.proxy.reset();
    return run;
  };
  test("the snapshot is deleted meanwhile: what was made of it is deleted all the same", async () => {
    const delivery = await opened();
    const run = await atWork(delivery);
    const DBSnapshotIdentifier = delivery.snapshots[0]?.split(":").at(-1);
    await rdsOf(delivery).send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier }));
    await delivery.flows.carryAll();
    expect((await recordsOf(delivery, run))[0]?.held?.by).toBe("changed");
    expect(await leftovers(delivery)).toEqual([]);
  });
  test("somebody opens the network meanwhile: the drill ends, and what it made is deleted", async () => {
    const delivery = await opened();
    const run = await atWork(delivery);
    const ec2 = delivery.aws.client(EC2Client);
    const { SecurityGroups: [group] = [] } = await ec2.send(
      new DescribeSecurityGroupsCommand({ GroupNames: ["drills"] }),
    );
    await ec2.send(
      new AuthorizeSecurityGroupEgressCommand({
        GroupId: group?.GroupId,
        IpPermissions: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
    await delivery.flows.carryAll();
    expect((await recordsOf(delivery, run))[0]?.outcome).toBe("held");
    expect(await leftovers(delivery)).toEqual([]);
  });
  test.each([
    "DBSnapshotNotFound",
    "DBInstanceAlreadyExists",
    "InvalidParameterCombination",
    "AccessDenied",
  ])("%s: nothing is made, and the action fails with AWS's word for it", async (code) => {
    const delivery = await opened();
    delivery.proxy.fault(
      ({ operation }) => operation === "RestoreDBInstanceFromDBSnapshot",
      `refused:${code}`,
    );
    const run = await delivery.ended(await delivery.deliver());
    const [record] = await recordsOf(delivery, run);
    expect([record?.outcome, record?.error]).toEqual([
      "failed",
      expect.stringContaining(`rds:RestoreDBInstanceFromDBSnapshot: ${code}`),
    ]);
    expect(await leftovers(delivery)).toEqual([]);
  });
  test("the answer to its making is lost: it is made once, and found by its name", async () => {
    const delivery = await opened();
    const isRestore = ({ operation }: { readonly operation: string }) =>
      operation === "RestoreDBInstanceFromDBSnapshot";
    delivery.proxy.fault(isRestore, "resetAfter", { times: 1 });
    const run = await delivery.ended(await delivery.deliver());
    expect((await recordsOf(delivery, run))[0]?.outcome).toBe("applied");
    expect(restores(delivery)).toBe(1);
    expect(await leftovers(delivery)).toEqual([]);
  });
  test.each(["DeleteDBInstance", "DeleteDBCluster"])(
    "the answer to %s is lost: it is deleted all the same",
    async (name) => {
      const delivery = await opened(["cluster:sales"]);
      delivery.proxy.fault(({ operation }) => operation === name, "resetAfter", { times: 1 });
      const run = await delivery.ended(await delivery.deliver());
      expect((await recordsOf(delivery, run))[0]?.outcome).toBe("applied");
      expect(await leftovers(delivery)).toEqual([]);
    },
  );
  test("a cluster whose instance cannot be made is deleted again", async () => {
    const delivery = await opened(["cluster:sales"]);
    delivery.proxy.fault(
      ({ operation }) => operation === "CreateDBInstance",
      "refused:InvalidParameterCombination",
    );
    const run = await delivery.ended(await delivery.deliver());
    const [record] = await recordsOf(delivery, run);
    expect(record?.error).toMatch(/rds:CreateDBInstance: InvalidParameterCombination/);
    expect(await leftovers(delivery)).toEqual([]);
  });
  test("a quota is full: it waits for its turn", async () => {
    const delivery = await opened();
    delivery.proxy.fault(
      ({ operation }) => operation === "RestoreDBInstanceFromDBSnapshot",
      "refused:InstanceQuotaExceeded",
      { times: 2 },
    );
    const run = await delivery.ended(await delivery.deliver());
    expect((await recordsOf(delivery, run))[0]?.outcome).toBe("applied");
    expect(await leftovers(delivery)).toEqual([]);
  });
});
