import { createHash } from "node:crypto";
import {
  BatchGetImageCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  type ImageDetail,
  PutImageCommand,
} from "@aws-sdk/client-ecr";
import { describe, expect, onTestFinished, test } from "vitest";
import { PartlyFailed } from "../../../sdk/call.ts";
import { before, days } from "../../../sdk/time.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import { pagesBy } from "../../../test/setup/look.ts";
import { nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { digestNamed, fixture } from "./fixture.ts";
import unit from "./index.ts";

const now = new Date("2026-11-21T03:55:00Z");
const long = { now, since: before(now, days(45)) };
const account = "123456789012";
const registry = `${account}.dkr.ecr.eu-central-1.amazonaws.com`;

const sha = (name: string) =>
  `sha256:${Buffer.from(name).toString("hex").padEnd(64, "0").slice(0, 64)}`;
const indexType = "application/vnd.oci.image.index.v1+json";
const old = before(now, days(100));

const image = (name: string, more: Partial<ImageDetail> = {}): ImageDetail => ({
  repositoryName: "web",
  imageDigest: sha(name),
  imagePushedAt: old,
  imageManifestMediaType: "application/vnd.oci.image.manifest.v1+json",
  ...more,
});
const index = (name: string, more: Partial<ImageDetail> = {}) =>
  image(name, { imageManifestMediaType: indexType, ...more });

type Answers = Readonly<Record<string, unknown>>;

interface Looking {
  readonly images: readonly ImageDetail[];
  /** By the name of an index, the names of what it names. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
  readonly answers?: Answers;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly only?: readonly string[];
}

/** A registry that answers from lists; what is asked of it is remembered. */
function registryOf({ images, indexes = {}, answers = {} }: Looking) {
  const asked: { operation: string; input: Record<string, unknown> }[] = [];
  const manifests = Object.entries(indexes).map(([name, parts]) => ({
    imageId: { imageDigest: sha(name) },
    imageManifest: JSON.stringify({ manifests: parts.map((part) => ({ digest: sha(part) })) }),
  }));
  const all: Answers = {
    "ecr:DescribeRepositories": [{ repositoryName: "web", repositoryArn: "arn:web" }],
    "ecr:DescribeImages": images,
    "ecr:BatchGetImage": { images: manifests },
    "ecr:ListTagsForResource": { tags: [] },
    ...answers,
  };
  const paged = new Set([
    "ecr:DescribeRepositories",
    "ecr:DescribeImages",
    "ecs:ListClusters",
    "ecs:ListTasks",
    "ecs:ListServices",
    "ecs:ListTaskDefinitionFamilies",
    "lambda:ListFunctions",
  ]);
  const read = (call: { operation: string; input: Record<string, unknown> }) => {
    asked.push(call);
    const answer = all[call.operation];
    if (answer instanceof Error) throw answer;
    if (!paged.has(call.operation)) return Promise.resolve(answer);
    return (async function* () {
      yield* (answer ?? []) as readonly unknown[];
    })();
  };
  return { read: read as never, asked };
}

async function lookAt(looking: Looking) {
  const { read, asked } = registryOf(looking);
  const notes: string[] = [];
  const config = unit.config.parse(looking.config ?? {});
  const search = {
    ...long,
    read,
    account,
    region: "eu-central-1",
    regions: ["eu-central-1"],
    only: looking.only,
    config,
    pages: pagesBy(read),
    remembered: async () => undefined,
    madeBy: async () => undefined,
    keptOn: async () => [],
    note: (text: string) => notes.push(text),
  };
  const found = await Array.fromAsync(
    unit.find(search) as AsyncIterable<Parameters<typeof unit.propose>[0]>,
  );
  const free = found.flatMap((each) => {
    const proposal = proposeFor(unit, each, { ...long, config: looking.config ?? {} });
    return proposal && unit.target(each).managed === undefined ? [proposal] : [];
  });
  return { found, free, calls: free.map(({ call }) => call), notes, asked };
}

const single = (name: string) => ({
  operation: "ecr:BatchDeleteImage",
  kind: "write",
  input: { repositoryName: "web", imageIds: [{ imageDigest: sha(name) }] },
});
const whole = (name: string, ...parts: string[]) => ({
  operation: "registry:DeleteImageIndex",
  kind: "write",
  input: { repositoryName: "web", index: sha(name), parts: parts.map(sha).sort() },
});

describe("without a tag", () => {
  test("an old image that nothing runs is proposed, and what is not seen is said", async () => {
    const { free, calls } = await lookAt({ images: [image("a")] });
    expect(calls).toEqual([single("a")]);
    expect(free[0]?.because).toBe(
      "it has no tag, and since 2026-10-07 no task, no service, no latest revision of a task definition and no function of this region names it; pushed on 2026-08-13; never pulled, as far as ECR knows; what it saves is not known: others may have the same layers; pods of EKS and older revisions of task definitions are not seen",
    );
    expect(free[0]).not.toHaveProperty("savesPerMonth");
  });

  test.each<[what: string, more: Partial<ImageDetail>]>([
    ["with a tag", { imageTags: ["v1"] }],
    ["pushed lately", { imagePushedAt: before(now, days(29)) }],
    ["pulled lately", { lastRecordedPullTime: before(now, days(29)) }],
    ["pushed at a time that is not known", { imagePushedAt: undefined }],
    ["archived", { imageStatus: "ARCHIVED" }],
    ["without a digest", { imageDigest: undefined }],
  ])("one %s is left alone", async (_, more) =>
    expect((await lookAt({ images: [image("a", more)] })).calls).toEqual([]),
  );

  test("one that was pulled long ago goes", async () =>
    expect((await lookAt({ images: [image("a", { lastRecordedPullTime: old })] })).calls).toEqual([
      single("a"),
    ]));

  test.each([
    ["lost its tag a day too late", before(now, days(29))],
    ["was never measured", undefined],
  ])("one that %s is left alone", async (_, since) => {
    const { found } = await lookAt({ images: [image("a")] });
    expect(found.map((each) => proposeFor(unit, each, { now, ...(since && { since }) }))).toEqual([
      undefined,
    ]);
  });
});

describe("of several platforms", () => {
  const parts = [image("arm"), image("x86")];

  test("an index goes with what it names, in one proposal", async () =>
    expect(
      (await lookAt({ images: [...parts, index("i")], indexes: { i: ["arm", "x86"] } })).calls,
    ).toEqual([whole("i", "arm", "x86")]));

  test.each<[what: string, kept: Partial<ImageDetail>]>([
    ["has a tag", { imageTags: ["v1"] }],
    ["was pushed lately", { imagePushedAt: now }],
  ])("what an index names that %s stays", async (_, kept) => {
    const images = [...parts, index("i", kept)];
    expect((await lookAt({ images, indexes: { i: ["arm", "x86"] } })).calls).toEqual([]);
  });

  test("what two indexes name stays as long as either does", async () => {
    const images = [...parts, index("i"), index("j", { imageTags: ["v2"] })];
    const indexes = { i: ["arm", "x86"], j: ["x86"] };
    expect((await lookAt({ images, indexes })).calls).toEqual([whole("i", "arm")]);
  });

  test("what has a tag of its own stays when its index goes", async () => {
    const images = [image("arm", { imageTags: ["v1-arm"] }), image("x86"), index("i")];
    expect((await lookAt({ images, indexes: { i: ["arm", "x86"] } })).calls).toEqual([
      whole("i", "x86"),
    ]);
  });

  test("an index within an index is one with it", async () => {
    const images = [...parts, index("inner"), index("i")];
    const indexes = { i: ["inner", "x86"], inner: ["arm"] };
    expect((await lookAt({ images, indexes })).calls).toEqual([whole("i", "inner", "x86", "arm")]);
  });

  test("an index that names what is not here goes alone", async () =>
    expect((await lookAt({ images: [index("i")], indexes: { i: ["elsewhere"] } })).calls).toEqual([
      single("i"),
    ]));

  test("a pull of what it names keeps it; that the index itself was read may be our own doing", async () => {
    const lately = { lastRecordedPullTime: before(now, days(1)) };
    const indexes = { i: ["arm", "x86"] };
    const ofPart = [image("arm", lately), image("x86"), index("i")];
    expect((await lookAt({ images: ofPart, indexes })).calls).toEqual([]);
    const ofIndex = [...parts, index("i", lately)];
    expect((await lookAt({ images: ofIndex, indexes })).calls).toEqual([whole("i", "arm", "x86")]);
  });

  test("a signature goes with what it signs, and stays with it", async () => {
    const signature = image("sig", { subjectManifestDigest: sha("a") });
    expect((await lookAt({ images: [image("a"), signature] })).calls).toEqual([whole("a", "sig")]);
    const tagged = image("a", { imageTags: ["v1"] });
    expect((await lookAt({ images: [tagged, signature] })).calls).toEqual([]);
  });

  const digestOf = (name: string) => `sha256:${createHash("sha256").update(name).digest("hex")}`;
  const hashed = (name: string, more: Partial<ImageDetail> = {}) =>
    image(name, { imageDigest: digestOf(name), ...more });
  const signing = (name: string, of: string, end: string) =>
    hashed(name, { imageTags: [`${digestOf(of).replace(":", "-")}${end}`] });

  test.each([".sig", ".att", ".sbom", ""])(
    "what is attached by a tag (%s) is no release of its own: it stays and goes with its image",
    async (end) => {
      const config = { tagged: { days: 30, newest: 2 } };
      const tagged = ["v3", "v2", "v1"].map((tag, at) =>
        hashed(tag, { imageTags: [tag], imagePushedAt: before(now, days(90 + at)) }),
      );
      const signed = [...tagged, ...["v3", "v2", "v1"].map((tag) => signing(`s${tag}`, tag, end))];
      const { calls } = await lookAt({ images: signed, config });
      const gone = { repositoryName: "web", index: digestOf("v1"), parts: [digestOf("sv1")] };
      expect(calls.map(({ input }) => input)).toEqual([gone]);
      const alone = [hashed("a"), signing("sig", "a", end)];
      expect((await lookAt({ images: alone })).calls.map(({ input }) => input)).toEqual([
        { repositoryName: "web", index: digestOf("a"), parts: [digestOf("sig")] },
      ]);
    },
  );

  test("the signature of an image that is gone takes no place among the newest", async () => {
    const config = { tagged: { days: 30, newest: 1 } };
    const orphan = { ...signing("s", "gone", ".sig"), imagePushedAt: before(now, days(50)) };
    const images = [hashed("a", { imageTags: ["v1"] }), orphan];
    expect((await lookAt({ images, config })).calls).toEqual([]);
  });

  test("so does one that says by its tag alone what it signs, however old it is", async () => {
    const imageTags = [`${sha("a").replace(":", "-")}.sig`];
    const signature = image("sig", { imageTags });
    expect((await lookAt({ images: [image("a"), signature] })).calls).toEqual([whole("a", "sig")]);
    const config = { tagged: { days: 30, newest: 1 } };
    const kept = image("a", { imageTags: ["v2"], imagePushedAt: now });
    expect((await lookAt({ images: [kept, signature], config })).calls).toEqual([]);
    const own = image("sig", { imageTags: [...imageTags, "v1"] });
    expect((await lookAt({ images: [image("a"), own] })).calls).toEqual([single("a")]);
  });

  test("a manifest that cannot be read is an error, and nothing is judged", async () => {
    const images = [{ imageId: { imageDigest: sha("i") }, imageManifest: "{" }];
    const answers = { "ecr:BatchGetImage": { images } };
    await expect(lookAt({ images: [...parts, index("i")], answers })).rejects.toThrow(
      /has a manifest that cannot be read/,
    );
  });
});

const task = (containers: readonly object[]): Answers => ({
  "ecs:ListClusters": ["arn:cluster"],
  "ecs:ListTasks": ["arn:task/main/1"],
  "ecs:DescribeTasks": { tasks: [{ taskArn: "arn:task/main/1", containers }] },
});
const definition = (containers: readonly object[]): Answers => ({
  "ecs:DescribeTaskDefinition": {
    taskDefinition: {
      taskDefinitionArn: "arn:task-definition/f:1",
      containerDefinitions: containers,
    },
  },
});
const service = (more: object): Answers => ({
  "ecs:ListClusters": ["arn:cluster"],
  "ecs:ListServices": ["arn:service/main/web"],
  "ecs:DescribeServices": { services: [more] },
});
const byDigest = { image: `${registry}/web@${sha("a")}` };

describe("left alone, for it is used:", () => {
  test.each<[what: string, answers: Answers, by: RegExp]>([
    [
      "by a running task, as its digest says",
      task([{ image: `${registry}/web:v1`, imageDigest: sha("a") }]),
      /the task main\/1/,
    ],
    ["by a running task, as its image says", task([byDigest]), /the task main\/1/],
    [
      "by what a service would start",
      { ...service({ taskDefinition: "arn:f:1" }), ...definition([byDigest]) },
      /task definition f:1/,
    ],
    [
      "by a deployment of a service",
      { ...service({ deployments: [{ taskDefinition: "arn:f:1" }] }), ...definition([byDigest]) },
      /task definition f:1/,
    ],
    [
      "by a task set of a service",
      { ...service({ taskSets: [{ taskDefinition: "arn:f:1" }] }), ...definition([byDigest]) },
      /task definition f:1/,
    ],
    [
      "by what a deployment has pinned, while none of its tasks runs",
      {
        ...service({ currentServiceRevisions: [{ arn: "arn:revision" }] }),
        "ecs:DescribeServiceRevisions": {
          serviceRevisions: [
            {
              serviceRevisionArn: "arn:service-revision/main/web/1",
              containerImages: [{ image: `${registry}/web:v1`, imageDigest: sha("a") }],
            },
          ],
        },
      },
      /the service main\/web\/1/,
    ],
    [
      "by the latest revision of a family, from which schedules start",
      { "ecs:ListTaskDefinitionFamilies": ["f"], ...definition([byDigest]) },
      /task definition f:1/,
    ],
    [
      "by a version of a function",
      {
        "lambda:ListFunctions": [{ FunctionName: "f", PackageType: "Image", Version: "3" }],
        "lambda:GetFunction": { Code: { ResolvedImageUri: `${registry}/web@${sha("a")}` } },
      },
      /the function f \(3\)/,
    ],
  ])("%s", async (_, answers, by) => {
    const { found, calls } = await lookAt({ images: [image("a")], answers });
    expect(calls).toEqual([]);
    expect(found[0]?.usedBy).toMatch(by);
  });

  test("an index, by a task that runs what it names", async () => {
    const images = [image("a"), index("i")];
    const answers = task([{ imageDigest: sha("a") }]);
    expect((await lookAt({ images, indexes: { i: ["a"] }, answers })).calls).toEqual([]);
  });

  test.each([
    [`${registry}/web:v1`, true],
    [`${account}.dkr-ecr.eu-central-1.on.aws/web:v1`, true],
    [`${registry}/web`, false],
    [`${registry}/webb:v1`, false],
    ["public.ecr.aws/web:v1", false],
    [`${registry}/web:v1@${sha("other")}`, false],
  ])("a tagged one, by a container of %s: %s", async (named, isUsed) => {
    const answers = { "ecs:ListTaskDefinitionFamilies": ["f"], ...definition([{ image: named }]) };
    const config = { tagged: { days: 30, newest: 1 } };
    const images = [image("a", { imageTags: ["v1"] }), image("b", { imageTags: ["v2"] })];
    const pushed = { ...images[1], imagePushedAt: now };
    const { calls } = await lookAt({ images: [images[0] ?? {}, pushed], answers, config });
    expect(calls).toEqual(isUsed ? [] : [single("a")]);
  });
});

describe("with a tag, by rule", () => {
  const config = { tagged: { days: 60, newest: 2 }, keep: ["latest", "prod-*"] };
  const tagged = (name: string, age: number, ...imageTags: string[]) =>
    image(name, { imageTags, imagePushedAt: before(now, days(age)) });
  const images = [
    tagged("a", 90, "v1"),
    tagged("b", 80, "v2"),
    tagged("c", 70, "v3"),
    tagged("d", 65, "v4"),
  ];

  test("without the rule all stay", async () =>
    expect((await lookAt({ images })).calls).toEqual([]));

  test("the newest stay, whatever their age", async () => {
    // Measured for 45 days: not long enough for 60.
    const { found } = await lookAt({ images, config });
    const since = before(now, days(61));
    const free = found.flatMap((each) => proposeFor(unit, each, { now, since, config }) ?? []);
    expect(free.map(({ call }) => call)).toEqual([single("a"), single("b")]);
    expect(free[0]?.because).toMatch(/^3 newer tagged images of its repository are there/);
  });

  test("one with a tag that stays, stays", async () => {
    const kept = [tagged("a", 90, "v1", "prod-7"), ...images.slice(1)];
    const { found } = await lookAt({ images: kept, config });
    expect(found[0]?.rule).toBeUndefined();
  });
});

describe("repositories", () => {
  test("one with a lifecycle policy is left to it, and that is told", async () => {
    const answers = { "ecr:GetLifecyclePolicy": { lifecyclePolicyText: "{}" } };
    const { found, notes } = await lookAt({ images: [image("a")], answers });
    expect(found).toEqual([]);
    expect(notes).toEqual([
      "1 repository has a lifecycle policy of its own, and is left to that: web.",
    ]);
  });

  test("one that lets others in is held, and names them", async () => {
    const statement = { Effect: "Allow", Principal: { AWS: "210987654321" } };
    const answers = {
      "ecr:GetRepositoryPolicy": { policyText: JSON.stringify({ Statement: [statement] }) },
    };
    const { found, calls } = await lookAt({ images: [image("a")], answers });
    expect(calls).toEqual([]);
    expect(found[0] && unit.target(found[0]).managed).toMatch(/lets in \(210987654321\)/);
  });

  test("one with a legal hold is held", async () => {
    const tags = [{ Key: "nightshift:legal-hold", Value: "case 7" }];
    const answers = { "ecr:ListTagsForResource": { tags } };
    const { found } = await lookAt({ images: [image("a")], answers });
    expect(found[0] && unit.target(found[0]).managed).toMatch(/legal hold/);
  });

  test("one that is deleted while it is read has no images", async () => {
    const error = Object.assign(new Error("gone"), { name: "RepositoryNotFoundException" });
    const { found } = await lookAt({ images: [], answers: { "ecr:DescribeImages": error } });
    expect(found).toEqual([]);
  });

  test("a cluster, or a service, that is deleted while it is read runs nothing", async () => {
    const gone = Object.assign(new Error("gone"), { name: "ClusterNotFoundException" });
    const ofCluster = { "ecs:ListClusters": ["arn:cluster"], "ecs:ListTasks": gone };
    expect((await lookAt({ images: [image("a")], answers: ofCluster })).calls).toEqual([
      single("a"),
    ]);
    const missing = new PartlyFailed("ecs:DescribeServices", [{ reason: "MISSING" }]);
    const ofService = { ...service({}), "ecs:DescribeServices": missing };
    expect((await lookAt({ images: [image("a")], answers: ofService })).calls).toEqual([
      single("a"),
    ]);
  });

  test("without images nobody is asked what runs", async () => {
    const { asked } = await lookAt({ images: [] });
    expect(asked.some(({ operation }) => /^(ecs|lambda):/.test(operation))).toBe(false);
  });
});

test("of 20,000 each is looked at once, and what runs is asked once", async () => {
  const images = Array.from({ length: 20_000 }, (_, nth) => image(`image ${nth}`));
  const { calls, asked } = await lookAt({ images });
  expect(calls).toHaveLength(20_000);
  const times = Map.groupBy(asked, ({ operation }) => operation);
  expect(times.get("ecr:BatchGetImage")).toBeUndefined();
  expect(times.get("ecs:ListClusters")).toHaveLength(1);
});

test("a look at one reads its repository alone", async () => {
  const answers = {
    "ecr:DescribeRepositories": ["web", "api"].map((repositoryName) => ({ repositoryName })),
  };
  const only = [`web@${sha("a")}`, `web@${sha("gone")}`];
  const { found, asked } = await lookAt({ images: [image("a"), image("b")], answers, only });
  expect(found).toHaveLength(1);
  const looks = asked.filter(({ operation }) => operation === "ecr:DescribeImages");
  expect(looks.map(({ input }) => input.repositoryName)).toEqual(["web"]);
});

async function opened(settings: Partial<UnitSettings> = {}): Promise<TestDelivery> {
  const caps = { changes: 100, percent: 100, floor: 100 };
  const delivery = await open(unit, fixture.seed, { ...fixture.settings, caps, ...settings });
  onTestFinished(() => delivery.close());
  await delivery.deliver();
  await delivery.later(days(31));
  return delivery;
}
async function digestsIn({ aws }: TestDelivery): Promise<ReadonlySet<string | undefined>> {
  const asked = new DescribeImagesCommand({ repositoryName: "web" });
  const { imageDetails = [] } = await aws.client(ECRClient).send(asked);
  return new Set(imageDetails.map(({ imageDigest }) => imageDigest));
}

test("it asks first, also in act: a deleted image does not come back", async () => {
  const delivery = await opened({ irreversible: "ask" });
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  expect(run.outcome).toBe("waiting");
  expect(await digestsIn(delivery)).toContain(digestNamed("left over"));
});

test("each rule measures its own time: one that has just got its tag has all of that rule's", async () => {
  const config = { days: 60, tagged: { days: 30, newest: 1 }, keep: [] };
  const delivery = await open(unit, fixture.seed, { ...fixture.settings, config });
  onTestFinished(() => delivery.close());
  await delivery.deliver();
  await delivery.later(days(20));
  // The other is the newest, and stays.
  await tagged(delivery.aws.client(ECRClient), "left over", "v3");
  await tagged(delivery.aws.client(ECRClient), "left over too", "v4");
  for (const [nth, span] of [1, 12].entries()) {
    await delivery.later(days(span));
    await delivery.deliver({ start: nextSweep(delivery, nth + 1) });
    expect(await digestsIn(delivery)).toContain(digestNamed("left over too"));
  }
  await delivery.later(days(20));
  await delivery.deliver({ start: nextSweep(delivery, 3) });
  expect(await digestsIn(delivery)).not.toContain(digestNamed("left over too"));
});

async function tagged(ecr: ECRClient, name: string, imageTag = "kept"): Promise<void> {
  const imageDigest = digestNamed(name);
  const { images = [] } = await ecr.send(
    new BatchGetImageCommand({ repositoryName: "web", imageIds: [{ imageDigest }] }),
  );
  const imageManifest = images[0]?.imageManifest;
  await ecr.send(
    new PutImageCommand({ repositoryName: "web", imageManifest, imageDigest, imageTag }),
  );
}

test("what can go in one call does", async () => {
  const delivery = await opened();
  delivery.proxy.reset();
  await delivery.deliver({ start: nextSweep(delivery) });
  const sent = delivery.proxy.calls.filter(({ operation }) => operation === "BatchDeleteImage");
  const counts = sent.map(({ parameters }) => (parameters as { imageIds: [] }).imageIds.length);
  // The pulled one's time is over by then too.
  expect(counts.toSorted()).toEqual([1, 2, 3]);
});

describe("between two looks", () => {
  test.each<[what: string, meanwhile: (ecr: ECRClient) => Promise<unknown>]>([
    [
      "it is pulled",
      (ecr) =>
        ecr.send(
          new BatchGetImageCommand({
            repositoryName: "web",
            imageIds: [{ imageDigest: digestNamed("left over") }],
          }),
        ),
    ],
    ["it gets a tag", (ecr) => tagged(ecr, "left over")],
  ])("%s: it stays", async (_, meanwhile) => {
    const delivery = await open(unit, fixture.seed, { ...fixture.settings });
    onTestFinished(() => delivery.close());
    await delivery.deliver();
    await meanwhile(delivery.aws.client(ECRClient));
    await delivery.later(days(29));
    await delivery.deliver({ start: nextSweep(delivery) });
    expect(await digestsIn(delivery)).toContain(digestNamed("left over"));
  });
});

test("a repository that is gone by then is a success", async () => {
  const delivery = await opened({ mode: "act" });
  await delivery.aws
    .client(ECRClient)
    .send(new DeleteRepositoryCommand({ repositoryName: "web", force: true }));
  const run = await delivery.deliver({ start: nextSweep(delivery) });
  expect(run.actions.filter(({ outcome }) => outcome === "failed")).toEqual([]);
});

test.each([
  "DescribeRepositories",
  "DescribeImages",
  "BatchGetImage",
  "GetLifecyclePolicy",
  "GetRepositoryPolicy",
  "ListTagsForResource",
  "ListClusters",
  "ListTasks",
  "ListServices",
  "DescribeServices",
  "DescribeTasks",
  "ListTaskDefinitionFamilies",
  "DescribeTaskDefinition",
  "ListFunctions",
  "GetFunction",
])("where %s is denied nothing is deleted: an error is no empty list", async (operation) => {
  const delivery = await opened();
  const before = await digestsIn(delivery);
  delivery.proxy.fault((call) => call.operation === operation, "denied");
  await expect(delivery.deliver({ start: nextSweep(delivery) })).rejects.toThrow();
  expect(await digestsIn(delivery)).toEqual(before);
});

test.each([
  { days: 6 },
  { days: 3651 },
  { days: "30" },
  { tagged: {} },
  { tagged: { days: 29, newest: 1 } },
  { tagged: { days: 30, newest: 0 } },
  { tagged: { days: 30, newest: 1, all: true } },
  { keep: [""] },
  { keeps: ["latest"] },
])("config %o is refused", (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false));
