/** Images of a registry, repository by repository, and what keeps each of them. */
import type { ImageDetail, Repository } from "@aws-sdk/client-ecr";
import { batchGetImage, describeEcrImages, mostImages } from "../../../aws/ecr/image.ts";
import {
  describeRepositories,
  getLifecyclePolicy,
  getRepositoryPolicy,
  listTagsForEcrResource,
} from "../../../aws/ecr/repository.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { count } from "../../../sdk/counted.ts";
import type { Pages, Reader } from "../../../sdk/unit.ts";
import { groupsIn, hasOwnTag, type ImageGroup, indexParts, isIndex } from "./groups.ts";
import { sharedBy } from "./sharing.ts";
import { type RunningImages, readsOfRunning, runningImages } from "./uses.ts";

export const readsOfRegistry = [
  describeRepositories,
  describeEcrImages,
  batchGetImage,
  getLifecyclePolicy,
  getRepositoryPolicy,
  listTagsForEcrResource,
  ...readsOfRunning,
] as const;
type Read = Reader<typeof readsOfRegistry>;

type TagList = readonly {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}[];

/** The repository that an image lies in. */
export interface Home {
  readonly name: string;
  readonly arn: string;
  readonly tags: TagList;
  /** Who else decides about its images, as it reads in "managed by …". */
  readonly keptBy?: string | undefined;
}

export interface FoundGroup {
  readonly home: Home;
  readonly group: ImageGroup;
  /** Digests of the members that nothing else leads to, and that go with it. */
  readonly own: readonly string[];
  /** When any of it was last pulled; absent: never. */
  readonly pulled?: Date | undefined;
  /** What runs it, as it reads in "used by …". */
  readonly usedBy?: string | undefined;
  /** How many of its repository that carry a tag are newer. */
  readonly newer: number;
}

/** What can be told apart of what is to be judged: `NAME@sha256:…`. */
export const imageId = ({ home, group }: Pick<FoundGroup, "home" | "group">): string =>
  `${home.name}@${group.root.imageDigest}`;

export interface RegistrySearch {
  readonly only: readonly string[] | undefined;
  /** 12 digits: whoever else a repository lets in is another. */
  readonly account: string;
  readonly pages: Pages<typeof readsOfRegistry>;
  readonly note: (text: string) => void;
}

const together = 8;

const isGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "RepositoryNotFoundException";

/** A repository that is deleted while it is read has none. */
async function imagesOf(read: Read, repositoryName: string): Promise<ImageDetail[]> {
  try {
    return await Array.fromAsync(read(describeEcrImages({ repositoryName })));
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

async function indexesOf(
  read: Read,
  repositoryName: string,
  images: readonly ImageDetail[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const parts = new Map<string, readonly string[]>();
  for (const some of chunks(images.filter(isIndex), mostImages)) {
    const imageIds = some.map(({ imageDigest }) => ({ imageDigest }));
    const answer = await read(batchGetImage({ repositoryName, imageIds }));
    for (const image of answer?.images ?? [])
      parts.set(image.imageId?.imageDigest ?? "", indexParts(image));
  }
  return parts;
}

const latest = (dates: readonly (Date | undefined)[]): Date | undefined =>
  dates.reduce((last, date) => (date && (!last || date > last) ? date : last), undefined);

/**
 * Whoever pulls an index pulls an image of it, so those say it: that an index was read may be our own
 * doing.
 */
function pulledOf({ root, members }: ImageGroup): Date | undefined {
  const images = [root, ...members].filter((image) => !isIndex(image));
  return latest((images.length ? images : [root]).map((image) => image.lastRecordedPullTime));
}

const newestFirst = (a: ImageDetail, b: ImageDetail): number =>
  Number(b.imagePushedAt ?? 0) - Number(a.imagePushedAt ?? 0) ||
  String(a.imageDigest).localeCompare(String(b.imageDigest));

/** By the root of a group, how many tagged ones are newer. */
function placesOf(groups: readonly ImageGroup[]): ReadonlyMap<ImageDetail, number> {
  const tagged = groups
    .map(({ root }) => root)
    .filter(({ imageTags = [] }) => imageTags.length > 0);
  const places = new Map<ImageDetail, number>();
  let newer = 0;
  for (const root of tagged.toSorted(newestFirst)) {
    places.set(root, newer);
    // The signature of an image that is gone replaces nothing.
    if (hasOwnTag(root)) newer += 1;
  }
  return places;
}

function foundIn(
  home: Home,
  groups: readonly ImageGroup[],
  running: RunningImages,
): readonly FoundGroup[] {
  const places = placesOf(groups);
  const leading = new Map<ImageDetail, number>();
  for (const { members } of groups)
    for (const member of members) leading.set(member, (leading.get(member) ?? 0) + 1);
  const isOwn = (member: ImageDetail): boolean => leading.get(member) === 1 && !hasOwnTag(member);
  return groups.map((group) => {
    const users = [group.root, ...group.members].map(({ imageDigest = "", imageTags = [] }) =>
      running.userOf(home.name, imageDigest, imageTags),
    );
    return {
      home,
      group,
      own: group.members.filter(isOwn).map(({ imageDigest = "" }) => imageDigest),
      pulled: pulledOf(group),
      usedBy: users.find((user) => user !== undefined),
      newer: places.get(group.root) ?? 0,
    };
  });
}

/** A repository whose lifecycle policy says what is old is left to that. */
async function ownPolicies(
  read: Read,
  repositories: readonly Repository[],
): Promise<ReadonlySet<Repository>> {
  const policies = await concurrently(
    repositories,
    ({ repositoryName }) => read(getLifecyclePolicy({ repositoryName })),
    { concurrency: together },
  );
  return new Set(repositories.filter((_, at) => policies[at] !== undefined));
}

async function homeOf(
  read: Read,
  { repositoryName, repositoryArn = "" }: Repository,
  account: string,
): Promise<Home> {
  const [policy, tagging] = await Promise.all([
    read(getRepositoryPolicy({ repositoryName })),
    read(listTagsForEcrResource({ resourceArn: repositoryArn })),
  ]);
  return {
    name: repositoryName ?? "",
    arn: repositoryArn,
    tags: tagging?.tags ?? [],
    keptBy: sharedBy(policy?.policyText, account),
  };
}

const shown = 10;

function noteLeft(left: ReadonlySet<Repository>, note: (text: string) => void): void {
  if (left.size === 0) return;
  const names = [...left].map(({ repositoryName = "" }) => repositoryName).sort();
  const more = names.length > shown ? ` and ${names.length - shown} more` : "";
  const which =
    names.length === 1
      ? "has a lifecycle policy of its own, and is"
      : "have lifecycle policies of their own, and are";
  note(
    `${count(names.length, "repository", "repositories")} ${which} left to that: ${names.slice(0, shown).join(", ")}${more}.`,
  );
}

/** When any of it was last pushed. */
export const pushedOf = ({ root, members }: ImageGroup): Date | undefined =>
  latest([root, ...members].map(({ imagePushedAt }) => imagePushedAt));

/** What runs, read once, and only where there is an image that it could run. */
class RunningOnce {
  readonly #read: Read;
  #running: Promise<RunningImages> | undefined;

  constructor(read: Read) {
    this.#read = read;
  }

  get(): Promise<RunningImages> {
    this.#running ??= runningImages(this.#read);
    return this.#running;
  }
}

async function* groupsOf(
  read: Read,
  repository: Repository,
  { account, running }: { readonly account: string; readonly running: RunningOnce },
): AsyncGenerator<FoundGroup> {
  const { repositoryName = "" } = repository;
  const images = await imagesOf(read, repositoryName);
  if (images.length === 0) return;
  const indexes = await indexesOf(read, repositoryName, images);
  const home = await homeOf(read, repository, account);
  yield* foundIn(home, groupsIn(images, indexes), await running.get());
}

/** Those of one account are looked at over several invocations, where there are many. */
const repositoriesAtOnce = 100;

async function* repositoriesAsked(
  read: Read,
  { only, pages }: RegistrySearch,
): AsyncGenerator<readonly Repository[]> {
  if (!only) {
    yield* pages(describeRepositories({}), repositoriesAtOnce);
    return;
  }
  const names = new Set(only.map((id) => id.split("@")[0]));
  const all = await Array.fromAsync(read(describeRepositories({})));
  yield all.filter(({ repositoryName = "" }) => names.has(repositoryName));
}

/** One thing for each image, or index with its images; of one repository at a time. */
export async function* groupsOfRegistry(
  read: Read,
  search: RegistrySearch,
): AsyncGenerator<FoundGroup> {
  const { only, account, note } = search;
  const running = new RunningOnce(read);
  for await (const repositories of repositoriesAsked(read, search)) {
    const left = await ownPolicies(read, repositories);
    if (!only) noteLeft(left, note);
    for (const repository of repositories) {
      if (left.has(repository)) continue;
      for await (const found of groupsOf(read, repository, { account, running }))
        if (!only || only.includes(imageId(found))) yield found;
    }
  }
}
