import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  ListServicesCommand,
  type Service,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import type { Store } from "../../../ledger/store.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { onUntilTag } from "../hours-of.ts";
import { recordStop, seededSchedules } from "../off-hours-instances/fixture.ts";
import { scaledTo } from "./counts.ts";
import { allSuspended, type Suspension, suspendedAs } from "./scaling.ts";
import { scalingId } from "./scaling-id.ts";
import { serviceHours } from "./scheduled.ts";

const cluster = "prod";

interface Seeded {
  /** Its schedule, as its tag says it. */
  readonly hours?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly desired?: number;
  /** What it had before this unit took it. */
  readonly takenFrom?: number;
  /** What of its scaling is suspended; absent: nothing scales it. */
  readonly scaling?: Suspension;
  /** What was so before this unit suspended it. */
  readonly scalingBefore?: Suspension;
  readonly input?: { readonly schedulingStrategy?: "DAEMON" };
}

const closed: Seeded = { hours: "closed" };
const free: Suspension = { in: false, out: false, scheduled: false };
/** As somebody wanted it who lets it grow and not shrink. */
const growing: Suspension = { in: true, out: false, scheduled: false };

const services: Readonly<Record<string, Seeded>> = {
  late: { ...closed, scaling: free },
  "late-too": { ...closed, tags: { team: "web" } },
  asleep: {
    hours: "open",
    desired: 0,
    takenFrom: 3,
    scaling: allSuspended,
    scalingBefore: growing,
  },
  "left-empty": { hours: "open", desired: 0, scaling: free },
  "suspended-by-hand": { hours: "open", scaling: allSuspended },
  "at-work": { hours: "open", scaling: growing },
  "empty-anyway": { ...closed, desired: 0, scaling: free },
  "kept-on": { ...closed, tags: { [onUntilTag]: "2099-12-31T22:00" }, scaling: free },
  misspelt: { hours: "Closed", scaling: free },
  untagged: { scaling: free },
  exempt: { ...closed, tags: { "nightshift:exempt": "reason=mine" }, scaling: free },
  "of-a-stack": { ...closed, tags: { "aws:cloudformation:stack-name": "shop" }, scaling: free },
  "on-each-instance": { ...closed, input: { schedulingStrategy: "DAEMON" } },
};

const idOf = (name: string): string => `service:${cluster}/${name}`;

/** Scales a service as a person would. */
export async function scaleByHand(aws: TestAccount, name: string, count: number): Promise<void> {
  const input = { cluster, service: name, desiredCount: count };
  await aws.client(ECSClient).send(new UpdateServiceCommand(input));
}

interface Place {
  readonly aws: TestAccount;
  readonly store: Store;
}

async function makeScaling({ aws, store }: Place, name: string, seeded: Seeded): Promise<void> {
  const { scaling, scalingBefore } = seeded;
  if (!scaling) return;
  await aws.client(ApplicationAutoScalingClient).send(
    new RegisterScalableTargetCommand({
      ServiceNamespace: "ecs",
      ScalableDimension: "ecs:service:DesiredCount",
      ResourceId: `service/${cluster}/${name}`,
      MinCapacity: 1,
      MaxCapacity: 6,
      SuspendedState: {
        DynamicScalingInSuspended: scaling.in,
        DynamicScalingOutSuspended: scaling.out,
        ScheduledScalingSuspended: scaling.scheduled,
      },
    }),
  );
  if (!scalingBefore) return;
  const target = scalingId(idOf(name));
  const call = suspendedAs(target, allSuspended);
  const states = { before: scalingBefore, after: allSuspended };
  await recordStop({ aws, store }, { unit: serviceHours, target, call, ...states });
}

async function makeService(place: Place, name: string, seeded: Seeded): Promise<void> {
  const { hours, tags, desired = 2, takenFrom, input } = seeded;
  const all = { ...(hours && { "nightshift:hours": hours }), ...tags };
  const { aws } = place;
  await aws.client(ECSClient).send(
    new CreateServiceCommand({
      cluster,
      serviceName: name,
      desiredCount: desired,
      tags: Object.entries(all).map(([key, value]) => ({ key, value })),
      ...input,
    }),
  );
  await makeScaling(place, name, seeded);
  if (takenFrom === undefined) return;
  const call = scaledTo(idOf(name), 0);
  const states = { before: { desired: takenFrom }, after: { desired: 0 } };
  // After it was made: one that was made since is another.
  await recordStop(place, {
    unit: serviceHours,
    target: idOf(name),
    call,
    at: new Date(),
    ...states,
  });
}

async function everyServiceOf(ecs: ECSClient): Promise<Service[]> {
  const { serviceArns = [] } = await ecs.send(new ListServicesCommand({ cluster }));
  const found: Service[] = [];
  for (const some of chunks(serviceArns, 10)) {
    const { services: each = [] } = await ecs.send(
      new DescribeServicesCommand({ cluster, services: some, include: ["TAGS"] }),
    );
    found.push(...each);
  }
  return found;
}

export const fixture: AutomationFixture = {
  settings: { config: { schedules: seededSchedules } },
  async seed(aws, store) {
    await aws.client(ECSClient).send(new CreateClusterCommand({ clusterName: cluster }));
    for (const [name, seeded] of Object.entries(services))
      await makeService({ aws, store }, name, seeded);
  },
  async look(aws) {
    const { ScalableTargets = [] } = await aws
      .client(ApplicationAutoScalingClient)
      .send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
    const found = await everyServiceOf(aws.client(ECSClient));
    return Object.fromEntries([
      ...found.map((each) => [
        each.serviceName,
        {
          desired: each.desiredCount,
          status: each.status,
          tags: (each.tags ?? []).map(({ key, value }) => `${key}=${value}`).sort(),
        },
      ]),
      ...ScalableTargets.map(({ ResourceId = "", MinCapacity, MaxCapacity, SuspendedState }) => [
        `scaling of ${ResourceId.split("/").at(-1)}`,
        { min: MinCapacity, max: MaxCapacity, suspended: SuspendedState },
      ]),
    ]);
  },
  wrong: ["late", "scaling of late", "late-too", "asleep", "scaling of asleep"],
  held: {
    exempt: "exemption",
    "scaling of exempt": "exemption",
    "of-a-stack": "managed",
    "on-each-instance": "managed",
  },
  unused: ["ecs:ListClusters", "ecs:ListServices"].map((action) => ({
    role: "undo",
    action,
    why: "Undo looks at services by their names, with the automation's own `find`, and so its role has all its reads. It reads and changes nothing.",
  })),
};
