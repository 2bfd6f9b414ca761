import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { describe, expect, onTestFinished, test } from "vitest";
import { isThrowAwayDatabase, throwAwayDatabase } from "../../../aws/rds/throw-away.ts";
import { run } from "../../../engine/run/run.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestDelivery } from "../../../testing/delivery.ts";
import { hostOf, testSettings } from "../../../testing/host.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { makeNetwork, seedDatabase, testNetwork } from "../database-drill/fixture.ts";
import drill from "../database-drill/index.ts";
import unit from "./index.ts";

const now = new Date("2026-11-21T12:00:00Z");
const name = throwAwayDatabase("database-drill.20261121T031000.00000000.0123456789");
const database = {
  kind: "instance" as "instance" | "cluster",
  name,
  status: "available",
  madeAt: new Date("2026-11-21T03:10:00Z"),
  tags: [],
  members: 0,
  engine: "postgres",
};
const found = { database, isOurs: true, isOver: true };

describe("what is proposed", () => {
  test("an instance that a drill made, which is over, without a last snapshot", () =>
    expect(proposeFor(unit, found, { now })).toMatchObject({
      because: "a drill made it and left it",
      call: {
        operation: "rds:DeleteDBInstance",
        input: { DBInstanceIdentifier: name, SkipFinalSnapshot: true },
      },
    }));
  test("a cluster that has no instance any more", () =>
    expect(
      proposeFor(unit, { ...found, database: { ...database, kind: "cluster" } }, { now }),
    ).toMatchObject({
      call: {
        operation: "rds:DeleteDBCluster",
        input: { DBClusterIdentifier: name, SkipFinalSnapshot: true },
      },
    }));
  const of = (more: Partial<typeof database>) => ({ ...found, database: { ...database, ...more } });
  test.each<[what: string, given: typeof found]>([
    ["of a drill that is at work", { ...found, isOver: false }],
    ["that is younger than a drill takes", of({ madeAt: now })],
    ["that RDS still makes", of({ status: "creating" })],
    ["that is deleted already", of({ status: "deleting" })],
    ["that is a cluster with an instance", of({ kind: "cluster", members: 1 })],
  ])("nothing of one %s", (_, given) => expect(proposeFor(unit, given, { now })).toBeUndefined());
  test.each(["failed", "incompatible-restore", "incompatible-network", "stopped"])(
    "one that is %s too",
    (status) => expect(proposeFor(unit, of({ status }), { now })).toBeDefined(),
  );
  test("one that the ledger does not know is held, and it says why", () =>
    expect(unit.target({ ...found, isOurs: false }).managed).toMatch(/the ledger does not/));
});

test.each([{ hours: -1 }, { hours: 169 }, { hour: 1 }])("config %o is refused", (given) =>
  expect(unit.config.safeParse(given).success).toBe(false),
);

const left = async ({ aws }: TestDelivery) => {
  const { DBInstances = [] } = await aws.client(RDSClient).send(new DescribeDBInstancesCommand({}));
  return DBInstances.flatMap(({ DBInstanceIdentifier: each }) =>
    isThrowAwayDatabase(each) ? [each] : [],
  );
};

test("a drill that may not delete leaves a database, which is deleted by name, tags and ledger", async () => {
  const drilling = await open(
    drill,
    async (aws, store) => {
      await makeNetwork(aws);
      await seedDatabase({ aws, store }, "db:orders", { slots: ["2026-11-20"] });
    },
    { config: { network: testNetwork } },
    true,
  );
  onTestFinished(() => drilling.close());
  drilling.proxy.fault(({ operation }) => operation === "DeleteDBInstance", "denied");
  await drilling.ended(await drilling.deliver());
  expect(await left(drilling)).toHaveLength(1);
  drilling.proxy.reset();

  const settings = testSettings(drilling.aws, unit, {
    mode: "act",
    irreversible: "act",
    config: { hours: 1 },
  });
  const clock = drilling.host().clock;
  await drilling.later({ seconds: 7200 });
  const host = hostOf(drilling.aws, settings, { clock, endpoint: drilling.proxy.endpoint });
  const swept = await run(
    unit,
    { ...drilling.start, key: "sweep" },
    { ...host, deadline: new Date(clock.now().getTime() + 900_000) },
  );
  expect(swept.actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
  expect(await left(drilling)).toEqual([]);
});
