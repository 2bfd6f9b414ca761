/** Security groups that tasks of ECS are started with: by services, and by the clock or an event. */
import { describeServices, listClusters, listServices } from "../../../aws/ecs/service.ts";
import { isClusterGone, servicesAtOnce, servicesNamed } from "../../../aws/ecs/services-named.ts";
import {
  listEventBuses,
  listRuleNamesByTarget,
  listTargetsByRule,
} from "../../../aws/events/target.ts";
import { listSchedules } from "../../../aws/scheduler/schedule.ts";
import { getSchedule } from "../../../aws/scheduler/schedule-target.ts";
import { chunks } from "../../../sdk/chunks.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { GroupUse } from "./users.ts";

export const readsOfTasks = [
  listClusters,
  listServices,
  describeServices,
  listEventBuses,
  listRuleNamesByTarget,
  listTargetsByRule,
  listSchedules,
  getSchedule,
] as const;
type Read = Reader<typeof readsOfTasks>;

interface TargetNetwork {
  readonly awsvpcConfiguration?:
    | { readonly SecurityGroups?: readonly string[] | undefined }
    | undefined;
}

/** As a rule or a schedule says it; a service says it in small letters. */
const groupsIn = (network: TargetNetwork | undefined): readonly string[] =>
  network?.awsvpcConfiguration?.SecurityGroups ?? [];

/** One that is scaled to nothing has no interface. */
async function* ofServices(read: Read, cluster: string): AsyncGenerator<GroupUse> {
  try {
    const arns = await Array.fromAsync(read(listServices({ cluster })));
    for (const services of chunks(arns, servicesAtOnce))
      for (const service of await servicesNamed(read, { cluster, services }))
        for (const { networkConfiguration } of [service, ...(service.taskSets ?? [])])
          for (const group of networkConfiguration?.awsvpcConfiguration?.securityGroups ?? [])
            yield [group, `the ECS service ${service.serviceName}`];
  } catch (error) {
    if (!isClusterGone(error)) throw error;
  }
}

interface Page {
  readonly NextToken?: string | undefined;
}

/** All pages of what the service's client has no paginator for. */
async function* turned<P extends Page>(
  ask: (token: Page) => Promise<P | undefined>,
): AsyncGenerator<P> {
  let token: string | undefined;
  do {
    const page = await ask(token === undefined ? {} : { NextToken: token });
    if (page) yield page;
    token = page?.NextToken;
  } while (token !== undefined);
}

interface RuleOfBus {
  readonly EventBusName: string;
  readonly Rule: string;
}

async function* ofRule(read: Read, rule: RuleOfBus): AsyncGenerator<GroupUse> {
  for await (const { Targets = [] } of turned((token) =>
    read(listTargetsByRule({ ...rule, ...token })),
  ))
    for (const { EcsParameters } of Targets)
      for (const group of groupsIn(EcsParameters?.NetworkConfiguration))
        yield [group, `the EventBridge rule ${rule.Rule}, which starts tasks with it`];
}

async function busesOf(read: Read): Promise<string[]> {
  const buses: string[] = [];
  for await (const { EventBuses = [] } of turned((token) => read(listEventBuses(token))))
    for (const { Name } of EventBuses) if (Name !== undefined) buses.push(Name);
  return buses;
}

/** Tasks that an event or the clock starts are gone by the next look. */
async function* ofEvents(read: Read, clusters: readonly string[]): AsyncGenerator<GroupUse> {
  if (clusters.length === 0) return;
  for (const EventBusName of await busesOf(read))
    for (const TargetArn of clusters)
      for await (const { RuleNames = [] } of turned((token) =>
        read(listRuleNamesByTarget({ EventBusName, TargetArn, ...token })),
      ))
        for (const Rule of RuleNames) yield* ofRule(read, { EventBusName, Rule });
}

async function* ofSchedules(read: Read, clusters: readonly string[]): AsyncGenerator<GroupUse> {
  if (clusters.length === 0) return;
  const all = new Set(clusters);
  for await (const { Name, GroupName, Target } of read(listSchedules({}))) {
    if (!all.has(Target?.Arn ?? "")) continue;
    const schedule = await read(getSchedule({ Name, GroupName }));
    for (const group of groupsIn(schedule?.Target?.EcsParameters?.NetworkConfiguration))
      yield [group, `the schedule ${GroupName}/${Name}, which starts tasks with it`];
  }
}

export async function* ofTasks(read: Read): AsyncGenerator<GroupUse> {
  const clusters = await Array.fromAsync(read(listClusters({})));
  for (const cluster of clusters) yield* ofServices(read, cluster);
  yield* ofEvents(read, clusters);
  yield* ofSchedules(read, clusters);
}
