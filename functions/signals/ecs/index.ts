/**
 * ECS: tasks that stop by themselves, services that cannot place or start tasks, deployments that
 * fail.
 */
import * as z from "zod/mini";
import { describeServices } from "../../../aws/ecs/service.ts";
import { signal } from "../../../sdk/signal.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { lenientList, number, text } from "../../../sdk/signals/lenient.ts";
import {
  lastOf,
  matchesName,
  message,
  namesInEvent,
  unshouted,
} from "../../../sdk/signals/telling.ts";

const detail = z
  .object({
    clusterArn: text,
    // A task that stopped.
    taskArn: text,
    taskDefinitionArn: text,
    group: text,
    stopCode: text,
    stoppedReason: text,
    stoppedAt: text,
    launchType: text,
    containers: lenientList(z.object({ name: text, exitCode: number, reason: text })),
    // What a service or its deployment does.
    eventType: text,
    eventName: text,
    reason: text,
    deploymentId: text,
  })
  .check(z.refine(({ taskArn, eventName }) => taskArn !== undefined || eventName !== undefined));
type Event = z.output<typeof detail>;

/** Of whose doing it is that a task stops: a person, a deployment, scaling in. */
const intended = /^Scaling activity|deployment \S+|^Task stopped by user|has been replaced/i;

/** A task of a service names it in its group; the ARN of either names the cluster. */
function serviceOf({ group, clusterArn }: Event, resources: readonly string[]): string | undefined {
  const named = resources.find((arn) => arn.includes(":service/"));
  if (named || !group?.startsWith("service:") || !clusterArn) return named;
  return `${clusterArn.replace(":cluster/", ":service/")}/${group.slice("service:".length)}`;
}

/** `web: exit code 137, OutOfMemoryError` of the container that ended first badly. */
function container({ containers }: Event): string | undefined {
  const bad = containers.find(
    ({ exitCode, reason }) => (exitCode !== undefined && exitCode !== 0) || reason,
  );
  return (
    bad &&
    `${bad.name ?? "a container"}: ${[bad.exitCode === undefined ? undefined : `exit code ${bad.exitCode}`, bad.reason].filter(Boolean).join(", ")}`
  );
}

const shortOf = (arn: string | undefined): string | undefined => arn?.split("/").slice(1).join("/");

export default signal({
  id: "ecs",
  family: "signals",
  summary: "Tells of ECS tasks that stop abnormally, and of services and deployments in trouble",
  on: [
    { source: "aws.ecs", detailType: "ECS Task State Change", where: { lastStatus: ["STOPPED"] } },
    {
      source: "aws.ecs",
      detailType: "ECS Service Action",
      where: {
        eventName: [{ "anything-but": ["TASKSET_STEADY_STATE", "SERVICE_DESIRED_COUNT_UPDATED"] }],
      },
    },
    {
      source: "aws.ecs",
      detailType: "ECS Deployment State Change",
      where: { eventName: ["SERVICE_DEPLOYMENT_FAILED", "SERVICE_DEPLOYMENT_COMPLETED"] },
    },
  ],
  config: z.strictObject({
    ignore: namesInEvent(
      "Services that are not told, as `cluster/service`; `*` at the end stands for any rest.",
    ),
  }),
  detail,

  tell(event, { config, region, resources }) {
    const service = serviceOf(event, resources);
    const [cluster = "", name = ""] = (shortOf(service) ?? "").split("/");
    if (matchesName(config.ignore, shortOf(service))) return undefined;
    const page = consolePage(region);
    const link =
      service && page`ecs/v2/clusters/${cluster}/services/${name}/health?region=${region}`;
    const shared = { affected: [service], link, key: service };

    if (event.eventName) {
      const over =
        event.eventName === "SERVICE_STEADY_STATE" ||
        event.eventName === "SERVICE_DEPLOYMENT_COMPLETED";
      const failed = event.eventName === "SERVICE_DEPLOYMENT_FAILED" || event.eventType === "ERROR";
      if (!over && !failed && event.eventType === "INFO") return undefined;
      const what = unshouted(event.eventName.replace(/^SERVICE_/, ""));
      return message({
        ...shared,
        title: `The ECS service ${shortOf(service) ?? "of an unknown name"}: ${what}${event.reason && !over ? `, ${event.reason.replace(/\.$/, "")}` : ""}`,
        severity: over ? "info" : failed ? "critical" : "warning",
        facts: { event: event.eventName, why: event.reason, deployment: event.deploymentId },
        closes: over,
        quiet: over,
      });
    }

    const { stopCode, stoppedReason, taskArn = "" } = event;
    const clean =
      stopCode === "EssentialContainerExited" &&
      event.containers.length > 0 &&
      event.containers.every(({ exitCode }) => exitCode === 0);
    if (
      stopCode === "UserInitiated" ||
      clean ||
      (stopCode === "ServiceSchedulerInitiated" && intended.test(stoppedReason ?? ""))
    )
      return undefined;
    const definition =
      event.taskDefinitionArn && lastOf(event.taskDefinitionArn.replace(/:\d+$/, ""));
    const why = container(event) ?? stoppedReason;
    return message({
      ...shared,
      title: `A task of ${service ? `the ECS service ${shortOf(service)}` : (definition ?? lastOf(taskArn))} ${stopCode === "TaskFailedToStart" ? "did not start" : "stopped"}${why ? `: ${why}` : ""}`,
      severity: "warning",
      affected: [service, taskArn],
      facts: {
        reason: stoppedReason,
        code: stopCode,
        container: container(event),
        definition,
        launch: event.launchType,
        at: event.stoppedAt,
      },
      link:
        link ??
        (event.clusterArn &&
          page`ecs/v2/clusters/${lastOf(event.clusterArn)}/tasks/${lastOf(taskArn)}?region=${region}`),
      key: service ?? `${event.clusterArn ?? region}/${definition ?? taskArn}`,
    });
  },

  reads: [describeServices],
  async over(event, { read, resources }) {
    const service = serviceOf(event, resources);
    const [cluster, name] = (shortOf(service) ?? "").split("/");
    if (!cluster || !name) throw new Error("the event does not name cluster and service");
    const { services = [] } = await read(describeServices({ cluster, services: [name] }));
    return services.some(
      ({ runningCount = 0, desiredCount = 0, deployments = [] }) =>
        runningCount >= desiredCount &&
        deployments.every(({ rolloutState = "COMPLETED" }) => rolloutState === "COMPLETED"),
    );
  },
});
