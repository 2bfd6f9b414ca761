import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import rds from "./index.ts";

test.each([
  [
    "rds/cluster-failover-failed",
    "warning",
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
    "arn:aws:rds:us-east-1:123456789012:db:orders",
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
      tell(rds, "rds/low-storage", { change: { EventCategories: [category] } }),
      category,
    ).toBeUndefined();
  expect(
    tell(rds, "rds/low-storage", { config: { ignoreEvents: ["RDS-EVENT-0007"] } }),
  ).toBeUndefined();
});
test("it is over when the database is available", async () => {
  const instance = (DBInstanceStatus: string) => ({
    "rds:DescribeDBInstances": { DBInstances: [{ DBInstanceStatus }] },
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
  const cluster = (Status: string) => ({ "rds:DescribeDBClusters": { DBClusters: [{ Status }] } });
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
