/** Which images of this account's registry something runs, or would run, as far as AWS says it. */
import type { Service, Task } from "@aws-sdk/client-ecs";
import { describeServices, listClusters, listServices } from "../../../aws/ecs/service.ts";
import { isClusterGone, servicesAtOnce, servicesNamed } from "../../../aws/ecs/services-named.ts";
import {
  describeServiceRevisions,
  describeTaskDefinition,
  describeTasks,
  listTaskDefinitionFamilies,
  listTasks,
  revisionsAtOnce,
  tasksAtOnce,
} from "../../../aws/ecs/task.ts";
import { everyVersion, getFunction, listFunctions } from "../../../aws/lambda/image-function.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import type { Reader } from "../../../sdk/unit.ts";

export const readsOfRunning = [
  listClusters,
  listServices,
  describeServices,
  describeServiceRevisions,
  listTasks,
  describeTasks,
  listTaskDefinitionFamilies,
  describeTaskDefinition,
  listFunctions,
  getFunction,
] as const;
type Read = Reader<typeof readsOfRunning>;

const together = 4;

/** How an image of a registry is named: by a tag, a digest, or both. */
function partsOfReference(image: string) {
  const [place = "", digest] = image.split("@");
  const slash = place.indexOf("/");
  const isOfRegistry = /^\d{12}\.dkr[.-]ecr[.-]/.test(place.slice(0, Math.max(0, slash)));
  if (!isOfRegistry) return undefined;
  const [repository = "", tag] = place.slice(slash + 1).split(":");
  return { repository, tag, digest };
}

/** What runs images, as it reads in "used by …". */
export class RunningImages {
  readonly #byDigest = new Map<string, string>();
  readonly #byTag = new Map<string, string>();

  /** @param image as a container names it; one of another registry is nobody's here */
  addReference(image: string | undefined, by: string): void {
    const parts = partsOfReference(image ?? "");
    if (!parts) return;
    const { repository, tag, digest } = parts;
    if (digest) this.#byDigest.set(digest, by);
    // With a digest beside it the tag says nothing; with neither `latest` is meant.
    else this.#byTag.set(`${repository}:${tag ?? "latest"}`, by);
  }

  addDigest(digest: string | undefined, by: string): void {
    if (digest) this.#byDigest.set(digest, by);
  }

  /** @returns what uses an image of that digest, or by one of those tags */
  userOf(repository: string, digest: string, tags: readonly string[]): string | undefined {
    const byTag = tags.map((tag) => this.#byTag.get(`${repository}:${tag}`)).find(Boolean);
    return this.#byDigest.get(digest) ?? byTag;
  }
}

const nameOf = (arn = ""): string => arn.split("/").slice(1).join("/") || arn;

function addTask(images: RunningImages, { containers = [], taskArn }: Task): void {
  for (const { image, imageDigest } of containers) {
    const by = `the task ${nameOf(taskArn)}`;
    images.addReference(image, by);
    images.addDigest(imageDigest, by);
  }
}

/** What a service would start from: of each deployment, and of each task set. */
const definitionsOf = ({ taskDefinition, deployments = [], taskSets = [] }: Service) => [
  taskDefinition,
  ...deployments.map((deployment) => deployment.taskDefinition),
  ...taskSets.map((set) => set.taskDefinition),
];

async function addTasks(read: Read, cluster: string, images: RunningImages): Promise<string[]> {
  const arns = await Array.fromAsync(read(listTasks({ cluster })));
  const definitions: string[] = [];
  for (const tasks of chunks(arns, tasksAtOnce)) {
    const answer = await read(describeTasks({ cluster, tasks }));
    for (const task of answer.tasks ?? []) {
      addTask(images, task);
      if (task.taskDefinitionArn) definitions.push(task.taskDefinitionArn);
    }
  }
  return definitions;
}

async function addServices(read: Read, cluster: string, images: RunningImages): Promise<string[]> {
  const arns = await Array.fromAsync(read(listServices({ cluster })));
  const definitions: string[] = [];
  const revisions: string[] = [];
  for (const services of chunks(arns, servicesAtOnce)) {
    for (const service of await servicesNamed(read, { cluster, services })) {
      definitions.push(...definitionsOf(service).flatMap((arn) => arn ?? []));
      revisions.push(...(service.currentServiceRevisions ?? []).flatMap(({ arn }) => arn ?? []));
    }
  }
  for (const serviceRevisionArns of chunks(revisions, revisionsAtOnce)) {
    const answer = await read(describeServiceRevisions({ serviceRevisionArns }));
    for (const { containerImages = [], serviceRevisionArn } of answer.serviceRevisions ?? [])
      for (const { image, imageDigest } of containerImages) {
        const by = `the service ${nameOf(serviceRevisionArn)}`;
        images.addReference(image, by);
        images.addDigest(imageDigest, by);
      }
  }
  return definitions;
}

/** One that is deleted while it is read runs nothing. */
async function addCluster(read: Read, cluster: string, images: RunningImages): Promise<string[]> {
  try {
    const ofTasks = await addTasks(read, cluster, images);
    return [...ofTasks, ...(await addServices(read, cluster, images))];
  } catch (error) {
    if (isClusterGone(error)) return [];
    throw error;
  }
}

async function addDefinition(
  read: Read,
  taskDefinition: string,
  images: RunningImages,
): Promise<void> {
  const answer = await read(describeTaskDefinition({ taskDefinition }));
  const { containerDefinitions = [], taskDefinitionArn } = answer.taskDefinition ?? {};
  for (const { image } of containerDefinitions)
    images.addReference(image, `the task definition ${nameOf(taskDefinitionArn)}`);
}

async function addFunctions(read: Read, images: RunningImages): Promise<void> {
  const ofImages: { readonly FunctionName: string; readonly Qualifier: string }[] = [];
  for await (const { PackageType, FunctionName, Version } of read(listFunctions(everyVersion)))
    if (PackageType === "Image" && FunctionName)
      ofImages.push({ FunctionName, Qualifier: Version ?? "$LATEST" });
  await concurrently(
    ofImages,
    async (asked) => {
      const { Code } = (await read(getFunction(asked))) ?? {};
      const by = `the function ${asked.FunctionName} (${asked.Qualifier})`;
      images.addReference(Code?.ResolvedImageUri, by);
      images.addReference(Code?.ImageUri, by);
    },
    { concurrency: together },
  );
}

/**
 * Tasks that run, services with what their deployments have pinned, the latest revision of each
 * family of task definitions, from which schedules and people start tasks, and functions.
 * @throws what AWS answers: what could not be read may run any of them
 */
export async function runningImages(read: Read): Promise<RunningImages> {
  const images = new RunningImages();
  const definitions = new Set<string>();
  for await (const cluster of read(listClusters({})))
    for (const arn of await addCluster(read, cluster, images)) definitions.add(arn);
  for await (const family of read(listTaskDefinitionFamilies({ status: "ACTIVE" })))
    definitions.add(family);
  await concurrently(definitions, (each) => addDefinition(read, each, images), {
    concurrency: together,
  });
  await addFunctions(read, images);
  return images;
}
