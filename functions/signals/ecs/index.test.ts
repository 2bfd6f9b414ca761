import { expect, test } from "vitest";
import { over, tell } from "../../../test/setup/signal.ts";
import ecs from "./index.ts";

test.each([
  [
    "ecs/deployment-failed",
    "critical",
    "The ECS service shop/web: deployment failed, ECS deployment circuit breaker: task failed to start",
    "arn:aws:ecs:us-west-2:123456789012:service/shop/web/deployment",
    "no",
  ],
  [
    "ecs/service-steady-state",
    "info",
    "The ECS service shop/web: steady state",
    "arn:aws:ecs:us-west-2:123456789012:service/shop/web",
    "quietly",
  ],
  [
    "ecs/service-task-placement-failure",
    "critical",
    "The ECS service shop/web: task placement failure, RESOURCE:FARGATE",
    "arn:aws:ecs:us-west-2:123456789012:service/shop/web",
    "no",
  ],
  [
    "ecs/task-stopped",
    "warning",
    "A task of the ECS service shop/web stopped: web: exit code 137, OutOfMemoryError: Container killed due to memory usage",
    "arn:aws:ecs:us-west-2:123456789012:service/shop/web",
    "no",
  ],
])(
  "%s is %s: %s; what it belongs to is %s, and it ends that: %s",
  (path, severity, title, key, ends) => {
    const told = tell(ecs, path);
    expect(told).toMatchObject({ severity, title, key });
    expect([told?.closes === true, told?.quiet === true]).toEqual([
      ends !== "no",
      ends === "quietly",
    ]);
  },
);

test("the link leads to the page of what it is about", () =>
  expect(tell(ecs, "ecs/deployment-failed")?.link).toBe(
    "https://us-west-2.console.aws.amazon.com/ecs/v2/clusters/shop/services/web/health?region=us-west-2",
  ));

test("what the settings ignore is not told", () =>
  expect(tell(ecs, "ecs/task-stopped", { config: { ignore: ["shop/*"] } })).toBeUndefined());

test("tasks that somebody or a deployment stops, and jobs that end well, are not told", () => {
  const told = (change: object) => tell(ecs, "ecs/task-stopped", { change });
  expect(
    told({ stopCode: "UserInitiated", stoppedReason: "Task stopped by user" }),
  ).toBeUndefined();
  expect(
    told({
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)",
    }),
  ).toBeUndefined();
  const clean = { containers: [{ name: "web", exitCode: 0 }] };
  expect(told({ ...clean, group: "family:migrate" })).toBeUndefined();
  expect(told(clean)?.title).toBe(
    "A task of the ECS service shop/web stopped by itself with exit code 0, where a service is to go on",
  );
  expect(
    told({
      stopCode: "ServiceSchedulerInitiated",
      stoppedReason: "Task failed ELB health checks in (target-group web)",
      containers: [],
    })?.title,
  ).toBe(
    "A task of the ECS service shop/web stopped: Task failed ELB health checks in (target-group web)",
  );
  expect(
    told({
      stopCode: "TaskFailedToStart",
      stoppedReason: "CannotPullContainerError: not found",
      containers: [],
    })?.title,
  ).toBe("A task of the ECS service shop/web did not start: CannotPullContainerError: not found");
  expect(told({ group: "family:migrate" })).toMatchObject({
    title: expect.stringContaining("A task of web stopped"),
    key: "arn:aws:ecs:us-west-2:123456789012:cluster/shop/web",
  });
});
test("it is over when as many tasks run as should and every deployment is complete", async () => {
  const service = (more: object) => ({
    "ecs:DescribeServices": {
      services: [
        { runningCount: 2, desiredCount: 2, deployments: [{ rolloutState: "COMPLETED" }], ...more },
      ],
    },
  });
  const ask = async (more: object) => over(ecs, "ecs/service-steady-state", service(more));
  expect(await ask({})).toEqual({
    over: true,
    asked: [
      {
        operation: "ecs:DescribeServices",
        kind: "read",
        input: { cluster: "shop", services: ["web"] },
      },
    ],
  });
  expect((await ask({ runningCount: 1 })).over).toBe(false);
  expect(
    (await ask({ deployments: [{ rolloutState: "COMPLETED" }, { rolloutState: "IN_PROGRESS" }] }))
      .over,
  ).toBe(false);
});

test("a deployment that ECS has rolled back is not made, though the service is steady", async () => {
  const ask = (eventName: string, rolloutStateReason: string) =>
    over(
      ecs,
      "ecs/service-steady-state",
      {
        "ecs:DescribeServices": {
          services: [
            {
              runningCount: 2,
              desiredCount: 2,
              deployments: [{ rolloutState: "COMPLETED", rolloutStateReason }],
            },
          ],
        },
      },
      { change: { eventName } },
    );
  const completed = "SERVICE_DEPLOYMENT_COMPLETED";
  const back = "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.";
  expect((await ask(completed, back)).over).toBe(false);
  expect((await ask(completed, "ECS deployment ecs-svc/2 completed.")).over).toBe(true);
  expect((await ask("SERVICE_STEADY_STATE", back)).over).toBe(true);
});

test("a task that ECS ends is told with ECS's reason, not with the exit code that this leaves", () => {
  const told = (stoppedReason: string, exitCode = 137) =>
    tell(ecs, "ecs/task-stopped", {
      change: {
        stopCode: "ServiceSchedulerInitiated",
        stoppedReason,
        containers: [{ name: "web", exitCode }],
      },
    })?.title;
  expect(told("Task failed container health checks")).toBe(
    "A task of the ECS service shop/web stopped: Task failed container health checks",
  );
  expect(told("Task failed ELB health checks in (target-group web)", 143)).toBe(
    "A task of the ECS service shop/web stopped: Task failed ELB health checks in (target-group web)",
  );
});

test("a service with an ARN from before 2019, without its cluster, is the same service", () => {
  const told = (resources: readonly string[]) =>
    tell(ecs, "ecs/service-task-placement-failure", { resources });
  const old = told(["arn:aws:ecs:us-west-2:123456789012:service/web"]);
  expect(old).toEqual(told(["arn:aws:ecs:us-west-2:123456789012:service/shop/web"]));
  expect(old?.title).toContain("The ECS service shop/web");
});

test("a steady state does not end a deployment that failed, its completion does", () => {
  const key = (path: string, change: object = {}) => tell(ecs, path, { change })?.key;
  const failed = key("ecs/deployment-failed");
  expect(key("ecs/service-steady-state")).not.toBe(failed);
  expect(
    tell(ecs, "ecs/deployment-failed", { change: { eventName: "SERVICE_DEPLOYMENT_COMPLETED" } }),
  ).toMatchObject({ key: failed, closes: true });
  expect(key("ecs/service-steady-state")).toBe(key("ecs/service-task-placement-failure"));
});

test("each failure of a task of its own is another occurrence; a service's ends with the service", () => {
  const stopped = (group: string) => tell(ecs, "ecs/task-stopped", { change: { group } })?.occurs;
  expect(stopped("family:report")).toBe(true);
  expect(stopped("service:web")).toBeUndefined();
});
