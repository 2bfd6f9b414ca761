import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { beforeEach, expect, test } from "vitest";
import { clockAt } from "../../../sdk/time.ts";
import { embedded, type TestAccount } from "../../../test/setup/aws.ts";
import { names } from "../../../testing/deployed.ts";
import { clientsOf } from "../../../testing/host.ts";
import { lookingWith } from "./deployment.ts";
import { notInSettings } from "./not-in-settings.ts";

let aws: TestAccount;
beforeEach(async () => {
  aws = await embedded();
  const client = aws.client(SchedulerClient);
  for (const Name of [names.scheduleGroup, "of-others"])
    await client.send(new CreateScheduleGroupCommand({ Name }));
});
const schedule = (
  Name: string,
  {
    GroupName = names.scheduleGroup,
    State = "ENABLED" as const,
  }: { GroupName?: string; State?: "ENABLED" | "DISABLED" } = {},
) =>
  aws.client(SchedulerClient).send(
    new CreateScheduleCommand({
      Name,
      GroupName,
      State,
      ScheduleExpression: "rate(1 hour)",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: `arn:aws:lambda:${aws.region}:${aws.account}:function:x`,
        RoleArn: `arn:aws:iam::${aws.account}:role/x`,
      },
    }),
  );
const found = (...known: readonly string[]) =>
  notInSettings(lookingWith(clientsOf(aws, clockAt(new Date()))), aws.region, names, known);

test("a unit that still has schedules and that the settings do not know is told once, with what to do", async () => {
  for (const name of [
    names.schedule("idle", 0, "eu-central-1"),
    names.schedule("idle", 1, "us-gov-west-1"),
    names.schedule("closes-ports", 0, "eu-central-1"),
  ])
    await schedule(name);
  expect(await found("closes-ports")).toMatchObject([
    {
      key: "not in settings idle",
      title: "idle runs and is not in the settings: 2 schedules of it",
      affected: [names.function("idle")],
      facts: { "what now": expect.stringContaining("nightshift deploy") },
    },
  ]);
});

test("the watchdog's own schedule, timers of incidents, disabled ones and other groups are no units", async () => {
  await schedule("watchdog");
  await schedule("0123abcd.20261121T020000");
  await schedule(names.schedule("stopped", 0, "eu-central-1"), { State: "DISABLED" });
  await schedule(names.schedule("theirs", 0, "eu-central-1"), { GroupName: "of-others" });
  expect(await found()).toEqual([]);
});
