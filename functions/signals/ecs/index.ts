/**
 * ECS: tasks that stop by themselves, services that cannot place or start tasks, deployments that
 * fail.
 */
import * as z from "zod/mini";
import { namesInEvent } from "../../../sdk/signals/config.ts";
import { consolePage } from "../../../sdk/signals/console-link.ts";
import { lenientList, number, text } from "../../../sdk/signals/lenient.ts";
import { lastOf, prefixed, unshouted, unstopped } from "../../../sdk/signals/names.ts";
import { stateSignal } from "../../../sdk/signals/state-signal.ts";
import { serviceOf, shortService } from "./service-named.ts";

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

/** Killed or asked to end: what happens to the others of a task when one of them has ended. */
const followed: ReadonlySet<number | undefined> = new Set([137, 143]);

/** `web: exit code 137, OutOfMemoryError` of the container that says most of why it ended badly. */
function containerIn({ containers }: Event): string | undefined {
  const badly = containers.filter(({ exitCode = 0, reason }) => exitCode !== 0 || reason);
  const bad =
    badly.find(({ reason }) => reason) ??
    badly.find(({ exitCode }) => !followed.has(exitCode)) ??
    badly[0];
  if (!bad) return undefined;
  const code = bad.exitCode === undefined ? undefined : `exit code ${bad.exitCode}`;
  return `${bad.name ?? "a container"}: ${[code, bad.reason].filter(Boolean).join(", ")}`;
}

const definitionIn = ({ taskDefinitionArn: arn }: Event): string | undefined =>
  arn && lastOf(arn.replace(/:\d+$/, ""));

const endedWell = (containers: Event["containers"]): boolean =>
  containers.length > 0 && containers.every(({ exitCode }) => exitCode === 0);

/** A service is to go on: its task that ends, however well, is started again and again. */
const isOfService = (group: string | undefined): boolean => group?.startsWith("service:") ?? false;

function isIntended({ stopCode, stoppedReason = "", containers, group }: Event): boolean {
  if (stopCode === "UserInitiated") return true;
  if (stopCode === "ServiceSchedulerInitiated") return intended.test(stoppedReason);
  return stopCode === "EssentialContainerExited" && endedWell(containers) && !isOfService(group);
}

function stateOfTask(event: Event): "not started" | "stopped" | undefined {
  if (isIntended(event)) return undefined;
  return event.stopCode === "TaskFailedToStart" ? "not started" : "stopped";
}

const ends = ["SERVICE_STEADY_STATE", "SERVICE_DEPLOYMENT_COMPLETED"];

function stateOfService({ eventName = "", eventType }: Event) {
  if (ends.includes(eventName)) return "fine";
  if (eventName === "SERVICE_DEPLOYMENT_FAILED" || eventType === "ERROR") return "failed";
  return eventType === "INFO" ? undefined : "troubled";
}

/** `service task placement failure, no capacity` in a service's own words. */
const saying = ({ eventName = "", reason }: Pick<Event, "eventName" | "reason">): string => {
  const what = unshouted(eventName.replace(/^SERVICE_/, ""));
  return `${what}${prefixed(", ", reason && unstopped(reason))}`;
};

/**
 * Where ECS itself has ended the task, the exit code only says so (137 is killed, 143 asked to
 * end): why is in the reason.
 */
function becauseOf(event: Event): string {
  const { stopCode, stoppedReason, containers } = event;
  const byEcs =
    stopCode === "ServiceSchedulerInitiated" || /health check/i.test(stoppedReason ?? "");
  if (byEcs && stoppedReason) return `: ${stoppedReason}`;
  if (endedWell(containers) && isOfService(event.group))
    return " by itself with exit code 0, where a service is to go on";
  return prefixed(": ", containerIn(event) ?? stoppedReason);
}

/** The page of the service, else that of the task. */
function pageOf(event: Event, service: string | undefined, region: string): string | undefined {
  const { clusterArn, taskArn = "", eventName } = event;
  const page = consolePage(region);
  const [cluster = "", name = ""] = (shortService(service) ?? "").split("/");
  if (service) return page`ecs/v2/clusters/${cluster}/services/${name}/health?region=${region}`;
  if (eventName || !clusterArn) return undefined;
  return page`ecs/v2/clusters/${lastOf(clusterArn)}/tasks/${lastOf(taskArn)}?region=${region}`;
}

function keyOf(event: Event, service: string | undefined, region: string): string | undefined {
  const deploys = event.eventName?.startsWith("SERVICE_DEPLOYMENT_");
  if (service && deploys) return `${service}/deployment`;
  if (service || event.eventName) return service;
  return `${event.clusterArn ?? region}/${definitionIn(event) ?? event.taskArn}`;
}

export default stateSignal({
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

  subject(event, { region, resources }) {
    const { taskArn = "", eventName } = event;
    const service = serviceOf(event, resources);
    const short = shortService(service);
    const task = definitionIn(event) ?? lastOf(taskArn);
    return {
      name: `The ECS service ${short ?? "of an unknown name"}`,
      ignoredBy: [short],
      affected: eventName ? [service] : [service, taskArn],
      link: pageOf(event, service, region),
      key: keyOf(event, service, region),
      isOfService: service !== undefined,
      task: `A task of ${short ? `the ECS service ${short}` : task}`,
    };
  },

  state: ({ detail: event }) => (event.eventName ? stateOfService(event) : stateOfTask(event)),
  states: {
    failed: {
      severity: "critical",
      title: ({ subject, detail: event }) => `${subject.name}: ${saying(event)}`,
    },
    troubled: {
      severity: "warning",
      title: ({ subject, detail: event }) => `${subject.name}: ${saying(event)}`,
    },
    fine: {
      over: "quietly",
      title: ({ subject, detail: { eventName } }) => `${subject.name}: ${saying({ eventName })}`,
    },
    "not started": {
      severity: "warning",
      endless: ({ subject }) => !subject.isOfService,
      title: ({ subject, detail: event }) => `${subject.task} did not start${becauseOf(event)}`,
    },
    stopped: {
      severity: "warning",
      endless: ({ subject }) => !subject.isOfService,
      title: ({ subject, detail: event }) => `${subject.task} stopped${becauseOf(event)}`,
    },
  },

  facts({ detail: event }) {
    if (event.eventName)
      return { event: event.eventName, why: event.reason, deployment: event.deploymentId };
    return {
      reason: event.stoppedReason,
      code: event.stopCode,
      container: containerIn(event),
      definition: definitionIn(event),
      launch: event.launchType,
      at: event.stoppedAt,
    };
  },

  confirmation: () => import("./confirmation.ts"),
});
