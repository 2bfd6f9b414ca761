/** What FSx makes no backups of is held and told, and asked of AWS Backup in no slot. */
import { expect, onTestFinished, test } from "vitest";
import { arnOf } from "../../../sdk/arn.ts";
import { hours } from "../../../sdk/time.ts";
import { open } from "../../../test/setup/delivery.ts";
import { messages, nextSweep, type TestDelivery } from "../../../testing/delivery.ts";
import { record } from "../../../testing/recorded-answer.ts";
import { makeVault, weeklyPoints } from "./fixture.ts";
import unit from "./index.ts";
import { refusedFsx } from "./refused-fsx.ts";

const place = { service: "fsx", region: "eu-west-1", account: "123456789012" };
const files = (id: string): string => arnOf({ ...place, resource: `file-system/${id}` });
const volume = (id: string): string => arnOf({ ...place, resource: `volume/fs-1/${id}` });
const lustre = (id: string, LustreConfiguration: object) => ({
  ...{ FileSystemId: id, ResourceARN: files(id), FileSystemType: "LUSTRE", LustreConfiguration },
});

const FileSystems = [
  lustre("fs-scratch", { DeploymentType: "SCRATCH_2" }),
  lustre("fs-old-scratch", { DeploymentType: "SCRATCH_1" }),
  lustre("fs-linked", {
    DeploymentType: "PERSISTENT_1",
    DataRepositoryConfiguration: { ImportPath: "s3://pictures" },
  }),
  lustre("fs-associated", { DeploymentType: "PERSISTENT_2" }),
  lustre("fs-persistent", { DeploymentType: "PERSISTENT_2" }),
  { FileSystemId: "fs-ontap", ResourceARN: files("fs-ontap"), FileSystemType: "ONTAP" },
  { FileSystemId: "fs-share", ResourceARN: files("fs-share"), FileSystemType: "WINDOWS" },
  { FileSystemId: "fs-zfs", ResourceARN: files("fs-zfs"), FileSystemType: "OPENZFS" },
];
const ofOntap = (id: string, OntapConfiguration: object) => ({
  ...{ VolumeId: id, ResourceARN: volume(id), VolumeType: "ONTAP", OntapConfiguration },
});
const Volumes = [
  ofOntap("fsvol-home", { OntapVolumeType: "RW" }),
  ofOntap("fsvol-root", { OntapVolumeType: "RW", StorageVirtualMachineRoot: true }),
  ofOntap("fsvol-replica", { OntapVolumeType: "DP" }),
  { VolumeId: "fsvol-zfs", ResourceARN: volume("fsvol-zfs"), VolumeType: "OPENZFS" },
];

const refused: readonly (readonly [arn: string, why: string])[] = [
  [files("fs-scratch"), "its deployment type SCRATCH_2"],
  [files("fs-old-scratch"), "its deployment type SCRATCH_1"],
  [files("fs-linked"), "its link to a bucket"],
  [files("fs-associated"), "its link to a bucket"],
  [files("fs-ontap"), "of ONTAP volumes are backed up"],
  [volume("fsvol-root"), "the root of a storage virtual machine"],
  [volume("fsvol-replica"), "a replica of another volume"],
  [volume("fsvol-zfs"), "of OpenZFS file systems are backed up"],
];
const taken = [
  ...["fs-persistent", "fs-share", "fs-zfs"].map(files),
  volume("fsvol-home"),
  // Nobody knows it: the job says what it is.
  files("fs-gone"),
];

/** What is refused of these, and what was asked for it. */
async function judged(abouts: readonly string[]) {
  const asked: string[] = [];
  const answers: Readonly<Record<string, readonly object[]>> = {
    "fsx:DescribeFileSystems": FileSystems,
    "fsx:DescribeVolumes": Volumes,
    "fsx:DescribeDataRepositoryAssociations": [{ FileSystemId: "fs-associated" }],
  };
  const read = async function* ({ operation }: { readonly operation: string }) {
    asked.push(operation);
    yield* answers[operation] ?? [];
  };
  return { found: await refusedFsx(read as never, abouts), asked };
}

test.each(refused)("%s is refused for %s, with what to do", async (arn, why) => {
  const words = (await judged([arn])).found.get(arn) ?? "";
  expect(words).toContain(why);
  expect(words).toContain("the plan");
});

test.each(taken)("%s is not", async (arn) => expect((await judged([arn])).found.size).toBe(0));

test("only what is selected is asked about, and links only of Lustre", async () => {
  expect((await judged([])).asked).toEqual([]);
  expect((await judged([files("fs-share")])).asked).toEqual(["fsx:DescribeFileSystems"]);
  expect((await judged([volume("fsvol-root")])).asked).toEqual(["fsx:DescribeVolumes"]);
  expect((await judged([files("fs-scratch")])).found.has(files("fs-linked"))).toBe(false);
});

async function opened(): Promise<TestDelivery> {
  const config = { ...weeklyPoints, vault: "main", role: "backs-up", kinds: ["fsx"] };
  const delivery = await open(unit, (aws) => makeVault(aws), { config }, true);
  onTestFinished(() => delivery.close());
  const { account, region } = delivery.aws;
  const arn = (id: string) =>
    arnOf({ service: "fsx", region, account, resource: `file-system/${id}` });
  const of = ["fs-scratch", "fs-share"];
  const Tags = [{ Key: "backup", Value: "" }];
  const answers = {
    DescribeFileSystems: {
      FileSystems: FileSystems.map((each) => ({ ...each, ResourceARN: arn(each.FileSystemId) })),
    },
    DescribeDataRepositoryAssociations: { Associations: [] },
    GetResources: {
      ResourceTagMappingList: of.map((id) => ({ ResourceARN: arn(id), Tags })),
    },
  };
  for (const [path, answer] of Object.entries(answers))
    await record(delivery.aws, { path, answer });
  return delivery;
}

test("it is held and told, once, and no job is asked for; all else is backed up", async () => {
  const delivery = await opened();
  const run = await delivery.deliver();
  const held = run.actions.filter((each) => each.held?.by === "managed");
  expect(held.map(({ held: by }) => by?.why)).toEqual([
    expect.stringContaining("SCRATCH_2, of which FSx makes no backups: take it out of the plan"),
  ]);
  expect(run.actions).toHaveLength(2);
  const told = async () => JSON.stringify(await messages(delivery)).split("SCRATCH_2").length - 1;
  const first = await told();
  expect(first).toBeGreaterThan(0);
  await delivery.later(hours(1));
  await delivery.deliver({ start: nextSweep(delivery) });
  expect(await told()).toBe(first);
});

test.each(["DescribeFileSystems", "DescribeDataRepositoryAssociations"])(
  "%s is denied: the run fails, and takes nothing for fit",
  async (name) => {
    const delivery = await opened();
    delivery.proxy.fault(({ operation }) => operation === name, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(delivery.proxy.calls.filter(({ operation }) => operation === "StartBackupJob")).toEqual(
      [],
    );
  },
);
