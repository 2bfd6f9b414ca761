import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { billedIn, costsPage } from "../tools/costs.ts";

test("docs/costs.md says what the templates hold (mend with `npm run docs`)", async () => {
  const page = readFileSync(new URL("../docs/costs.md", import.meta.url), "utf8");
  expect(page).toBe(await costsPage());
});

test("resources are counted by kind, and the starts of schedules in a month of 30 days", () => {
  const schedule = (ScheduleExpression: string) => ({
    Type: "AWS::Scheduler::Schedule",
    Properties: { ScheduleExpression, ScheduleExpressionTimezone: "Europe/Berlin" },
  });
  const { resources, starts, memory } = billedIn([
    { Type: "AWS::Lambda::Function", Properties: { MemorySize: 256 } },
    { Type: "AWS::Lambda::Function", Properties: { MemorySize: 512 } },
    { Type: "AWS::Lambda::Function", Properties: { MemorySize: 512 } },
    { Type: "AWS::IAM::Role" },
    schedule("rate(1 hour)"),
    schedule("cron(0 2 * * ? *)"),
  ]);
  expect([resources.get("AWS::Lambda::Function"), resources.get("AWS::KMS::Key")]).toEqual([3, 0]);
  expect(starts).toBe(24 * 30 + 30);
  expect([...memory]).toEqual([
    [256, 1],
    [512, 2],
  ]);
});

test("a kind of resource of which nobody has said whether it is billed is refused", () => {
  expect(() => billedIn([{ Type: "AWS::EC2::NatGateway" }])).toThrow("AWS::EC2::NatGateway");
});
