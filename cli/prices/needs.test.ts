import { expect, test } from "vitest";
import { needOf } from "./needs.ts";

const hour = ["Hrs", "Hours"];
const stored = ["GB-Mo", "GB-month"];
const keptOf = (offer: string, family: string, attributes: Readonly<Record<string, string>>) =>
  needOf(offer, { family, attributes });
const postgres = { databaseEngine: "PostgreSQL", deploymentOption: "Single-AZ" };
const large = { ...postgres, instanceType: "db.m5.large" };

test.each<[offer: string, family: string, usagetype: string, key: string, units: string[]]>([
  ["AmazonEC2", "NAT Gateway", "EU-NatGateway-Hours", "nat:hour", hour],
  ["AmazonEC2", "NAT Gateway", "NatGateway-Bytes", "nat:gigabyte", ["GB"]],
  ["AmazonVPC", "VpcEndpoint", "EUC1-VpcEndpoint-Hours", "endpoint:hour", hour],
  ["AWSELB", "Load Balancer-Application", "LoadBalancerUsage", "elb:application:hour", hour],
  ["AWSELB", "Load Balancer-Network", "EU-LoadBalancerUsage", "elb:network:hour", hour],
  ["AmazonEFS", "Storage", "EU-TimedStorage-ByteHrs", "efs:standard", stored],
  ["AWSBackup", "AWS Backup Storage", "EU-WarmStorage-ByteHrs-EFS", "backup:efs", stored],
  ["AmazonDynamoDB", "x", "EU-RestoreDataSize-Bytes", "dynamodb:restore", ["GB"]],
  ["AmazonDynamoDB", "x", "EU-TimedStorage-ByteHrs", "dynamodb:store", stored],
])("%s %s %s is kept as %s", (offer, family, usagetype, key, units) => {
  expect(keptOf(offer, family, { usagetype })).toEqual({ key, units });
});

test("a database is kept by its engine and class, in one zone alone", () => {
  const usagetype = "EU-InstanceUsage:db.m5.large";
  expect(keptOf("AmazonRDS", "x", { ...large, usagetype })).toEqual({
    key: "rds:postgres:db.m5.large",
    units: hour,
  });
  expect(keptOf("AmazonRDS", "x", { ...postgres, usagetype: "RDS:GP3-Storage" })?.key).toBe(
    "rds:postgres:gp3-storage",
  );
});

test.each<[what: string, offer: string, attributes: Readonly<Record<string, string>>]>([
  ["a database in two zones", "AmazonRDS", { ...large, deploymentOption: "Multi-AZ" }],
  ["an engine with a licence", "AmazonRDS", { ...large, databaseEngine: "Oracle" }],
  [
    "one whose storage is optimized",
    "AmazonRDS",
    { ...large, usagetype: "EU-InstanceUsageIOOptimized:db.m5.large" },
  ],
  ["what load balancers carry", "AWSELB", { usagetype: "EU-LCUUsage" }],
  ["a classic load balancer", "AWSELB", { usagetype: "EU-LoadBalancerUsage" }],
  ["a copy from another region", "AWSBackup", { usagetype: "EU-USE1-WarmStorage-ByteHrs-EFS" }],
])("%s is not", (_, offer, attributes) => {
  expect(keptOf(offer, "Load Balancer", { usagetype: "EU-Multi-AZUsage:x", ...attributes })).toBe(
    undefined,
  );
});
