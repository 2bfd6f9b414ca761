import { BackupClient, ListCopyJobsCommand } from "@aws-sdk/client-backup";
import { describe, expect, onTestFinished, test } from "vitest";
import { actionsOf } from "../../../ledger/actions.ts";
import type { Store } from "../../../ledger/store.ts";
import type { UnitSettings } from "../../../settings/settings.ts";
import { open } from "../../../test/setup/delivery.ts";
import type { TestAccount } from "../../../testing/account.ts";
import { nextSweep, notesIn, type TestDelivery } from "../../../testing/delivery.ts";
import { proposeFor } from "../../../testing/propose.ts";
import { record } from "../../../testing/recorded-answer.ts";
import { makeVault, pointsOf, tableArn } from "../vault-backups/fixture.ts";
import { lifeOfCopies } from "../vault-plan.ts";
import { copyToVault } from "./copy-to-vault.ts";
import { advanced, otherVault, type SeedPoint, seedPoint } from "./fixture.ts";
import unit from "./index.ts";

const files = "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1";
const point = "arn:aws:backup:eu-west-1:123456789012:recovery-point:1";

describe("what is proposed", () => {
  const found = {
    about: files,
    slot: "2026-11-21",
    kind: "efs" as const,
    point,
    to: { vault: otherVault } as { vault: string; keepDays?: number; coldAfterDays?: number },
    copies: [] as string[],
    blocked: undefined,
  };
  const config = unit.config.parse({ vault: "main", role: "ops/backs-up", keepDays: 10 });
  const made = {
    about: files,
    slot: "2026-11-21",
    point,
    vault: "main",
    role: expect.stringMatching(/^arn:aws:iam::\d{12}:role\/ops\/backs-up$/),
    to: otherVault,
    keepDays: 10,
  };
  test("a copy, kept as long as the settings say of all", () =>
    expect(proposeFor(unit, found, { config })).toEqual({
      because: `its recovery point of the slot 2026-11-21 has no copy in ${otherVault}`,
      call: copyToVault(made),
    }));
  test("or as long as they say of that vault", () =>
    expect(
      proposeFor(
        unit,
        { ...found, to: { vault: otherVault, keepDays: 400, coldAfterDays: 30 } },
        { config },
      )?.call,
    ).toEqual(copyToVault({ ...made, keepDays: 400, coldAfterDays: 30 })));
  test("nothing where there is one", () =>
    expect(proposeFor(unit, { ...found, copies: [point] }, { config })).toBeUndefined());
  test("a place takes over what it does not say", () => {
    const own = { keepDays: 200, coldAfterDays: 30 };
    expect(lifeOfCopies({}, own)).toEqual(own);
    expect(lifeOfCopies({ keepDays: 20 }, own)).toEqual({ keepDays: 20 });
  });
});

describe("config", () => {
  test.each<[what: string, config: object, word: RegExp]>([
    ["a name for a vault", { to: [{ vault: "copies" }] }, /ARN of a vault/],
    ["a vault twice", { to: [{ vault: otherVault }, { vault: otherVault }] }, /twice/],
    ["a life too short for cold storage", { keepDays: 100, coldAfterDays: 30 }, /90 days/],
    [
      "one too short with that of all",
      { keepDays: 100, to: [{ vault: otherVault, coldAfterDays: 30 }] },
      /90 days/,
    ],
    ["a role's ARN", { role: "arn:aws:iam::123456789012:role/x" }, /not an ARN/],
    ["a misspelt key", { copyTo: [] }, /copyTo/],
  ])("%s is refused", (_, config, word) => {
    const parsed = unit.config.safeParse(config);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(word);
  });
});

const config = { vault: "main", role: "backs-up", to: [{ vault: otherVault, keepDays: 90 }] };

async function opened(
  points: readonly (Omit<SeedPoint, "about"> & { readonly name?: string })[],
  settings: Partial<UnitSettings> = {},
): Promise<TestDelivery> {
  const seed = async (aws: TestAccount, store: Store) => {
    await makeVault(aws);
    await record(aws, { path: "/account-settings", answer: advanced });
    for (const { name = "orders", ...each } of points)
      await seedPoint(aws, store, { about: tableArn(aws, name), ...each });
  };
  const all = { config, irreversible: "act" as const, ...settings };
  const delivery = await open(unit, seed, all, true);
  onTestFinished(() => delivery.close());
  return delivery;
}

const callsOf = ({ proxy }: TestDelivery, name: string) =>
  proxy.calls.filter(({ operation }) => operation === name);
const recordsOf = (delivery: TestDelivery, run: { readonly id: string }) =>
  actionsOf(delivery.store, "unit", unit.id, run.id);
const swept = async (delivery: TestDelivery, later = 1) =>
  delivery.ended(await delivery.deliver({ start: nextSweep(delivery, later) }));

test("the newest point of each has one copy in another account, whatever is delivered again", async () => {
  const delivery = await opened([{ slot: "2026-11-20" }, { slot: "2026-11-21" }]);
  const run = await delivery.deliver();
  await delivery.deliver();
  const meanwhile = await delivery.deliver({ start: { ...delivery.start, key: "again" } });
  expect(meanwhile.actions.filter(({ outcome }) => outcome === "begun")).toEqual([]);
  await delivery.ended(run);
  const [copied, ...more] = await recordsOf(delivery, run);
  expect(more).toEqual([]);
  expect([copied?.outcome, copied?.verified, copied?.output]).toEqual([
    "applied",
    true,
    { RecoveryPointArn: expect.stringMatching(/^arn:aws:backup:us-east-2:210987654321:/) },
  ]);
  expect((await swept(delivery)).actions).toEqual([]);
  const [copy, ...others] = callsOf(delivery, "StartCopyJob");
  expect(others).toEqual([]);
  expect(copy?.parameters).toMatchObject({
    DestinationBackupVaultArn: otherVault,
    SourceBackupVaultName: "main",
    Lifecycle: { DeleteAfterDays: 90 },
  });
});

test("AWS has forgotten the job: the ledger still knows the copy", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }]);
  await delivery.ended(await delivery.deliver());
  await record(delivery.aws, { path: "/copy-jobs", answer: { CopyJobs: [] } });
  expect((await swept(delivery)).actions).toEqual([]);
});

test("somebody has copied it by hand: that is a copy too", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }]);
  const [own] = await pointsOf(delivery.aws);
  const CopyJobs = [
    {
      State: "COMPLETED",
      SourceRecoveryPointArn: own?.RecoveryPointArn,
      DestinationBackupVaultArn: otherVault,
      DestinationRecoveryPointArn: point,
    },
  ];
  await record(delivery.aws, { path: "/copy-jobs", answer: { CopyJobs } });
  expect((await delivery.deliver()).actions).toEqual([]);
});

test("a job of AWS's that failed is no copy", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }]);
  const [own] = await pointsOf(delivery.aws);
  const CopyJobs = [{ State: "FAILED", SourceRecoveryPointArn: own?.RecoveryPointArn }];
  await record(delivery.aws, { path: "/copy-jobs", answer: { CopyJobs } });
  expect((await delivery.deliver()).actions).toHaveLength(1);
});

test("they cannot be taken back: each asks first, where the settings do not say other", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }], { irreversible: "ask" });
  const run = await delivery.deliver();
  expect(run.actions.map(({ outcome }) => outcome)).toEqual(["waiting"]);
  expect(callsOf(delivery, "StartCopyJob")).toEqual([]);
});

test("the answer to its start is lost: the token makes it the same job", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }]);
  delivery.proxy.fault(({ operation }) => operation === "StartCopyJob", "resetAfter", { times: 1 });
  const run = await delivery.ended(await delivery.deliver());
  const tokens = callsOf(delivery, "StartCopyJob").map(
    ({ parameters }) => (parameters as { IdempotencyToken?: string }).IdempotencyToken,
  );
  expect(tokens.length).toBeGreaterThan(1);
  expect(new Set(tokens).size).toBe(1);
  expect((await recordsOf(delivery, run)).map(({ outcome }) => outcome)).toEqual(["applied"]);
});

test("a copy that fails says why and what helps, the point stays, and the next sweep copies it", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }]);
  const run = await delivery.deliver();
  delivery.proxy.fault(({ operation }) => operation === "DescribeCopyJob", "throttled");
  await delivery.flows.carryNext();
  delivery.proxy.reset();
  const { CopyJobs = [] } = await delivery.aws
    .client(BackupClient)
    .send(new ListCopyJobsCommand({}));
  const [job] = CopyJobs;
  const path = `/copy-jobs/${job?.CopyJobId}`;
  const StatusMessage = "Access denied by the access policy of the vault.";
  const failed = { ...job, CreationDate: 0, State: "FAILED", StatusMessage };
  await record(delivery.aws, { path, answer: { CopyJob: failed } });
  await delivery.ended(run);
  expect((await recordsOf(delivery, run)).map(({ error }) => error)).toEqual([
    expect.stringMatching(/is FAILED: Access denied .* Let the policy of that vault allow/),
  ]);
  expect(await pointsOf(delivery.aws)).toHaveLength(1);
});

test.each(["AccessDeniedException", "ResourceNotFoundException"])(
  "%s: the action fails with AWS's word for it, and the next sweep begins anew",
  async (code) => {
    const delivery = await opened([{ slot: "2026-11-21" }]);
    delivery.proxy.fault(({ operation }) => operation === "StartCopyJob", `refused:${code}`, {
      times: 1,
    });
    const run = await delivery.ended(await delivery.deliver());
    expect((await recordsOf(delivery, run)).map(({ error }) => error)).toEqual([
      expect.stringContaining(`backup:StartCopyJob: ${code}`),
    ]);
    expect((await swept(delivery, 2)).actions.map(({ outcome }) => outcome)).toEqual(["applied"]);
  },
);

test.each(["ListBackupVaults", "ListRecoveryPointsByBackupVault", "ListTags", "ListCopyJobs"])(
  "where %s is denied, the run fails and nothing is copied",
  async (operation) => {
    const delivery = await opened([{ slot: "2026-11-21" }]);
    delivery.proxy.fault((call) => call.operation === operation, "denied");
    await expect(delivery.deliver()).rejects.toThrow();
    expect(callsOf(delivery, "StartCopyJob")).toEqual([]);
  },
);

test("a newer point that only tags call ours takes no place, and is not copied", async () => {
  const delivery = await opened([
    { slot: "2026-11-20" },
    { slot: "2026-11-21", recorded: false },
    { slot: "2026-11-22", tagged: false },
  ]);
  const run = await delivery.deliver();
  expect(run.actions.map(({ target }) => target)).toEqual([
    expect.stringContaining("@2026-11-20@"),
  ]);
});

test("points that a plan of AWS Backup makes more often do not hide ours", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }]);
  const [own] = await pointsOf(delivery.aws);
  const theirs = [1, 2, 3, 4].map((each) => ({
    ...{ RecoveryPointArn: `${point}${each}`, ResourceArn: own?.ResourceArn, Status: "COMPLETED" },
    ...{ CreationDate: 4_000_000_000 + each, CreatedBy: { BackupPlanId: "p-1" } },
  }));
  const ours = { ...own, CreationDate: 1_700_000_000, Status: "COMPLETED", CreatedBy: undefined };
  await record(delivery.aws, {
    path: "/backup-vaults/main/recovery-points",
    answer: { RecoveryPoints: [...theirs, ours] },
  });
  expect((await delivery.deliver()).actions.map(({ target }) => target)).toEqual([
    expect.stringContaining("@2026-11-21@"),
  ]);
});

test("points of tables are held where the advanced features are off", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }]);
  await record(delivery.aws, { path: "/account-settings", answer: {} });
  const run = await delivery.deliver();
  expect(run.actions.map(({ held }) => held?.why)).toEqual([
    expect.stringMatching(/advanced features for DynamoDB, which are off/),
  ]);
});

test("no such vault is told, once", async () => {
  const delivery = await opened([], { config: { ...config, vault: "other" } });
  await delivery.deliver();
  await delivery.deliver({ start: nextSweep(delivery) });
  expect(await notesIn(delivery)).toEqual([
    expect.stringMatching(/has no vault other: nothing is copied from it/),
  ]);
});

test("a vault in the points' own account and region is told, and nothing copied there", async () => {
  const delivery = await opened([{ slot: "2026-11-21" }]);
  const { account, region } = delivery.aws;
  const vault = `arn:aws:backup:${region}:${account}:backup-vault:other`;
  const host = delivery.host({ config: { ...config, to: [{ vault }] } });
  const run = await delivery.deliver({ host });
  expect(run.actions).toEqual([]);
  expect(await notesIn(delivery)).toEqual([
    expect.stringMatching(/^`to` names \S+, in the account and region/),
  ]);
});
