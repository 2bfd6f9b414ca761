/** Services of ECS, with as much of them as hours are followed by: of 20,000 the rest is too much. */
import type { Service, ServiceEvent } from "@aws-sdk/client-ecs";
import { describeServices, listClusters, listServices } from "../../../aws/ecs/service.ts";
import { isClusterGone, servicesAtOnce, servicesNamed } from "../../../aws/ecs/services-named.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const serviceListings = [listClusters, listServices, describeServices] as const;

export interface EcsService {
  /** `service:prod/web`: its cluster, and its name. */
  readonly id: string;
  readonly desired: number;
  readonly tags: readonly { readonly Key?: string; readonly Value?: string }[];
  readonly createdAt: Date | undefined;
  /** ECS takes no desired count for it, or itself decides: why. */
  readonly fixed: string | undefined;
  /** Since when one version of it replaces another. */
  readonly replacedSince: Date | undefined;
  /** When its newest tasks were started and it had none before, as far as its events tell. */
  readonly fromNone: Date | undefined;
}

/** Its cluster and its name. */
export function serviceNames(id: string): { readonly cluster: string; readonly service: string } {
  const [cluster = "", service = ""] = id.replace(/^service:/, "").split("/");
  return { cluster, service };
}

const startsTasks = / has started \d+ tasks?\b/;
const stopsTasks = / has stopped \d+ running tasks?\b/;

const tasksIn = (message: string): string[] =>
  [...message.matchAll(/\(task ([\w-]+)\)/g)].map(([, id = ""]) => id);

/**
 * In the words of ECS: an event has no number, and what it was asked for has no event. A task that
 * ends by itself is replaced without a word about it, so it counts as there.
 * @param events the newest first, as ECS gives them
 */
export function startedFromNone(events: readonly ServiceEvent[]): Date | undefined {
  const there = new Set<string>();
  let isKnown = false;
  let at: Date | undefined;
  for (const { message = "", createdAt } of events.toReversed()) {
    if (stopsTasks.test(message)) {
      for (const task of tasksIn(message)) there.delete(task);
      isKnown = true;
    }
    if (!startsTasks.test(message)) continue;
    if (isKnown && there.size === 0) at = createdAt;
    for (const task of tasksIn(message)) there.add(task);
  }
  return at;
}

function fixedBy({ schedulingStrategy, resourceManagementType }: Service): string | undefined {
  if (schedulingStrategy === "DAEMON")
    return "ECS, which places a task of a daemon on each instance";
  return resourceManagementType === "ECS" ? "ECS, as an Express service" : undefined;
}

/** More than one version is there: of one alone it does not matter how far it has come. */
function replacedSince({ deployments = [], taskSets = [] }: Service): Date | undefined {
  const versions = taskSets.length ? taskSets : deployments;
  if (versions.length < 2) return undefined;
  const begun = versions.map(({ createdAt }) => Number(createdAt ?? 0));
  return new Date(Math.max(...begun));
}

function known(service: Service): EcsService {
  const { clusterArn = "", serviceName, desiredCount = 0, tags = [], events = [] } = service;
  return {
    id: `service:${clusterArn.split("/").at(-1)}/${serviceName}`,
    desired: desiredCount,
    tags: tags.map(({ key = "", value = "" }) => ({ Key: key, Value: value })),
    createdAt: service.createdAt,
    fixed: fixedBy(service),
    replacedSince: replacedSince(service),
    fromNone: startedFromNone(events),
  };
}

/** One that is being deleted is not there any more. */
const isThere = ({ status }: Service): boolean => status === "ACTIVE";

/** How many are asked about at once. */
const concurrency = 4;

type Read = Reader<typeof serviceListings>;

/** @param services names or ARNs, however many */
async function servicesOf(
  cluster: string,
  services: readonly string[],
  read: Read,
): Promise<EcsService[]> {
  const some = async (names: string[]): Promise<EcsService[]> => {
    const found = await servicesNamed(read, { cluster, services: names, include: ["TAGS"] });
    return found.filter(isThere).map(known);
  };
  const asked = chunks(services, servicesAtOnce);
  return (await concurrently(asked, some, { concurrency })).flat();
}

/** Nothing of a cluster that is deleted meanwhile. */
async function unlessGone(asking: Promise<EcsService[]>): Promise<EcsService[]> {
  try {
    return await asking;
  } catch (error) {
    if (isClusterGone(error)) return [];
    throw error;
  }
}

async function servicesIn(cluster: string, read: Read): Promise<EcsService[]> {
  const arns = await Array.fromAsync(read(listServices({ cluster })));
  return servicesOf(cluster, arns, read);
}

/** Of all clusters of the region, one after the other. */
export async function* everyService(read: Read): AsyncGenerator<EcsService> {
  for await (const cluster of read(listClusters({})))
    yield* await unlessGone(servicesIn(cluster, read));
}

/** By their ids: one that is gone is left out. */
export async function servicesById(ids: readonly string[], read: Read): Promise<EcsService[]> {
  const found: EcsService[] = [];
  const names = Map.groupBy(new Set(ids), (id) => serviceNames(id).cluster);
  for (const [cluster, some] of names) {
    const services = some.map((id) => serviceNames(id).service);
    found.push(...(await unlessGone(servicesOf(cluster, services, read))));
  }
  return found;
}
