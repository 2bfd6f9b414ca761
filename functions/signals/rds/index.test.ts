import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import rds from "./index.ts";

test.each([
  [
    "rds/cluster-failover-failed",
    "critical",
    "The RDS cluster billing: Cluster failover failed, check the health of your cluster instances and try again",
    "arn:aws:rds:us-east-1:123456789012:cluster:billing",
    "no",
  ],
  [
    "rds/failover-completed",
    "info",
    "The RDS instance orders: Multi-AZ instance failover completed",
    "arn:aws:rds:us-east-1:123456789012:db:orders",
    "yes",
  ],
  [
    "rds/low-storage",
    "critical",
    "The RDS instance orders: The allocated storage for the DB instance has been consumed",
    "arn:aws:rds:us-east-1:123456789012:db:orders/storage",
    "no",
  ],
  [
    "rds/snapshot-failed",
    "critical",
    "The RDS snapshot rds:orders-2026-11-20: The snapshot could not be exported",
    "arn:aws:rds:us-east-1:123456789012:snapshot:rds:orders-2026-11-20",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(rds, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(rds, "rds/cluster-failover-failed")?.link).toBe(
    "https://us-east-1.console.aws.amazon.com/rds/home?region=us-east-1#database:id=billing;is-cluster=true",
  ));

test("what the settings ignore is not told", () =>
  expect(tell(rds, "rds/low-storage", { config: { ignore: ["orders"] } })).toBeUndefined());

test("backups, maintenance and notices are not told", () => {
  for (const category of [
    "backup",
    "maintenance",
    "notification",
    "configuration change",
    "creation",
  ])
    expect(
      tell(rds, "rds/low-storage", {
        change: { EventID: "RDS-EVENT-9999", EventCategories: [category] },
      }),
      category,
    ).toBeUndefined();
  expect(
    tell(rds, "rds/low-storage", { config: { ignoreEvents: ["RDS-EVENT-0007"] } }),
  ).toBeUndefined();
});
test("it is over when the database is available", async () => {
  const instance = (DBInstanceStatus: string) => ({
    "rds:DescribeDBInstances": [{ DBInstanceStatus }],
  });
  expect(await over(rds, "rds/failover-completed", instance("available"))).toEqual({
    over: true,
    asked: [
      {
        operation: "rds:DescribeDBInstances",
        kind: "read",
        input: { DBInstanceIdentifier: "orders" },
      },
    ],
  });
  expect((await over(rds, "rds/failover-completed", instance("storage-full"))).over).toBe(false);
  const cluster = (Status: string) => ({ "rds:DescribeDBClusters": [{ Status }] });
  expect(await over(rds, "rds/cluster-failover-failed", cluster("available"))).toEqual({
    over: true,
    asked: [
      {
        operation: "rds:DescribeDBClusters",
        kind: "read",
        input: { DBClusterIdentifier: "billing" },
      },
    ],
  });
  expect((await over(rds, "rds/cluster-failover-failed", cluster("failing-over"))).over).toBe(
    false,
  );
});

const event = (number: string, category: string, more = {}) =>
  tell(rds, "rds/low-storage", {
    change: { EventID: `RDS-EVENT-${number}`, EventCategories: [category], ...more },
  });

test("availability, storage, replication and the key are matters of their own", () => {
  const matters = {
    availability: [event("0031", "failure"), event("0006", "availability")],
    storage: [event("0089", "low storage"), event("0218", "configuration change")],
    replication: [event("0045", "read replica"), event("0046", "read replica")],
    key: [event("0418", "failure"), event("0420", "failure")],
  };
  for (const [matter, [began, ended]] of Object.entries(matters)) {
    expect(began?.closes, matter).toBe(false);
    expect(ended, matter).toMatchObject({ closes: true, key: began?.key });
  }
  const keys = Object.values(matters).map(([began]) => began?.key);
  expect(new Set(keys).size).toBe(4);
});

test.each([
  ["0221", "availability", "critical", "it is shut down for lack of storage"],
  ["0222", "availability", "critical", "it will be"],
  ["0187", "global failover", "critical", "a switchover failed"],
  ["0087", "notification", "warning", "it is stopped"],
  ["0150", "notification", "warning", "a cluster is stopped"],
  ["0152", "notification", "warning", "it could not be stopped"],
  ["0154", "notification", "info", "AWS starts it again after seven days"],
  ["0419", "availability", "critical", "its key cannot be used"],
])("RDS-EVENT-%s (%s) is %s: %s", (number, category, severity) =>
  expect(event(number, category)?.severity).toBe(severity),
);

test("a failure of something beside it is no other's, and no restart ends it", () => {
  const keys = [event("0079", "failure"), event("0058", "failure")].map((told) => told?.key);
  expect(new Set([...keys, event("0006", "availability")?.key]).size).toBe(3);
});

test("an event without categories, as topics carry them, is graded by its number", () =>
  expect(event("0089", "", { EventCategories: undefined })).toMatchObject({
    severity: "critical",
    key: "arn:aws:rds:us-east-1:123456789012:db:orders/storage",
  }));

test("replication is over when the replica's state says so, not when the database is available", async () => {
  const change = { EventID: "RDS-EVENT-0046", EventCategories: ["read replica"] };
  const asked = async (Normal: boolean) => {
    const replica = { DBInstanceStatus: "available", StatusInfos: [{ Normal }] };
    const answers = { "rds:DescribeDBInstances": [replica] };
    return (await over(rds, "rds/failover-completed", answers, { change })).over;
  };
  expect([await asked(true), await asked(false)]).toEqual([true, false]);
});

test.each([
  ["has grown and is optimised", "storage-optimization", undefined, true],
  ["has grown", "available", { MultiAZ: true }, true],
  ["is to grow, but has not", "available", { AllocatedStorage: 200 }, false],
  ["is still full", "storage-full", undefined, false],
])("storage that %s is over: %s, %j, %s", async (_, DBInstanceStatus, pending, is) => {
  const instance = { DBInstanceStatus, PendingModifiedValues: pending, AllocatedStorage: 100 };
  const answers = { "rds:DescribeDBInstances": [instance] };
  const change = { EventID: "RDS-EVENT-0218", EventCategories: ["configuration change"] };
  expect((await over(rds, "rds/low-storage", answers, { change })).over).toBe(is);
});

test.each([
  ["available", true],
  ["backing-up", true],
  ["storage-optimization", true],
  ["rebooting", false],
  ["inaccessible-encryption-credentials", false],
  ["incompatible-parameters", false],
])("a database that is %s can be used: %s", async (DBInstanceStatus, usable) => {
  const answers = { "rds:DescribeDBInstances": [{ DBInstanceStatus }] };
  expect((await over(rds, "rds/failover-completed", answers)).over).toBe(usable);
});

test("of a database that is gone nothing is known", async () =>
  await expect(
    over(rds, "rds/failover-completed", { "rds:DescribeDBInstances": [] }),
  ).rejects.toThrow("there is no instance orders any more"));

test("of matters that RDS never says to be over each time is another occurrence", () => {
  const occurs = (change: object) => tell(rds, "rds/low-storage", { change })?.occurs;
  expect(occurs({})).toBeUndefined();
  expect(occurs({ EventID: "RDS-EVENT-9999", EventCategories: ["failure"] })).toBe(true);
});
