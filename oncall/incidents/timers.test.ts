import {
  CreateScheduleGroupCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { expect, test } from "vitest";
import { embedded } from "../../test/setup/aws.ts";
import { names } from "../../testing/deployed.ts";
import { queuedTimers, schedulerTimers } from "./timers.ts";

const at = new Date("2099-11-21T02:00:00.250Z");
const target = {
  scheduleGroup: names.scheduleGroup,
  function: "arn:aws:lambda:eu-central-1:123456789012:function:nightshift-incidents",
  role: "arn:aws:iam::123456789012:role/nightshift-timer",
  failures: "arn:aws:sqs:eu-central-1:123456789012:nightshift-failures",
};

test("a timer is a one-shot schedule by the second, never earlier, that deletes itself; the same twice is one", async () => {
  const scheduler = (await embedded()).client(SchedulerClient);
  await scheduler.send(new CreateScheduleGroupCommand({ Name: names.scheduleGroup }));
  const timers = schedulerTimers(scheduler, target);
  await timers.set("grp.0123456789abcdef", at);
  await timers.set("grp.0123456789abcdef", at);
  const { Schedules = [] } = await scheduler.send(
    new ListSchedulesCommand({ GroupName: names.scheduleGroup }),
  );
  expect(Schedules).toHaveLength(1);
  const { ScheduleExpression, ActionAfterCompletion, FlexibleTimeWindow, Target } =
    await scheduler.send(
      new GetScheduleCommand({ GroupName: names.scheduleGroup, Name: Schedules[0]?.Name }),
    );
  expect({ ScheduleExpression, ActionAfterCompletion, FlexibleTimeWindow }).toEqual({
    ScheduleExpression: "at(2099-11-21T02:00:01)",
    ActionAfterCompletion: "DELETE",
    FlexibleTimeWindow: { Mode: "OFF" },
  });
  expect(Target).toMatchObject({
    Arn: target.function,
    RoleArn: target.role,
    DeadLetterConfig: { Arn: target.failures },
  });
  expect(JSON.parse(Target?.Input ?? "")).toEqual({ kind: "timer", group: "grp.0123456789abcdef" });
});

test("what is not a repetition goes up: the group does not exist", async () => {
  const scheduler = (await embedded()).client(SchedulerClient);
  await expect(
    schedulerTimers(scheduler, target).set("grp.0123456789abcdef", at),
  ).rejects.toThrow();
});

test("in this process, each group is due once, at its time", async () => {
  const timers = queuedTimers();
  const before = new Date(at.getTime() - 1);
  await timers.set("a", at);
  await timers.set("a", at);
  await timers.set("b", at);
  expect(timers.next()).toEqual(at);
  expect([timers.due(before), timers.due(at), timers.due(at)]).toEqual([[], ["a", "b"], []]);
});
