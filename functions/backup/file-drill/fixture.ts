import { createHash } from "node:crypto";
import { type ActionRecord, actionById, putAction } from "../../../ledger/actions.ts";
import { keys } from "../../../ledger/keys.ts";
import type { Store } from "../../../ledger/store.ts";
import { asLastChange, lastChange } from "../../../ledger/story.ts";
import type { TestAccount } from "../../../testing/account.ts";
import type { AutomationFixture } from "../../../testing/fixture.ts";
import { setId } from "../backup-set.ts";
import { fileDriller, recordedDrill } from "../drilled.ts";
import type { FileKind } from "../file-backups/config.ts";
import { filesIn, makeFileBucket } from "../file-backups/fixture.ts";
import { placesOfTests, type SeedFileSet, seedFileSet } from "../prune-files/fixture.ts";

const json = (name: string, value: object) => ({ name, text: JSON.stringify(value) });
const base64 = (text: string): string => createHash("sha256").update(text).digest("base64");

const zoneName = "example.com.";
const zoneRecord = (name: string) => ({
  ...{ Name: `${name}.${zoneName}`, Type: "A", TTL: 60 },
  ResourceRecords: [{ Value: "192.0.2.1" }],
});

/** As `file-backups` writes them, one thing of each kind. */
export const contentsOf = {
  zones: [
    json("Z1.zone.json", {
      HostedZone: { Id: "/hostedzone/Z1", Name: zoneName },
      records: 3,
      notImported: [
        { Name: zoneName, Type: "NS" },
        { Name: zoneName, Type: "SOA" },
      ],
      imports: ["Z1.import-001.json"],
    }),
    json("Z1.import-001.json", {
      Changes: [{ Action: "UPSERT", ResourceRecordSet: zoneRecord("www") }],
    }),
  ],
  parameters: [
    json("parameters-0001.json", {
      parameters: [{ Name: "/shop/url", Type: "String", Value: "https://shop.example.com" }],
    }),
  ],
  templates: [
    json("shop.1a2b.stack.json", {
      Stack: { StackId: "arn:aws:cloudformation:…:stack/shop/1a2b", StackName: "shop" },
      hidden: ["Password"],
      files: ["shop.1a2b.original.template", "shop.1a2b.create.json"],
    }),
    json("shop.1a2b.original.template", {
      Parameters: { Size: { Type: "String" }, Password: { Type: "String", NoEcho: true } },
      Resources: { Topic: { Type: "AWS::SNS::Topic" } },
    }),
    json("shop.1a2b.create.json", {
      StackName: "shop",
      Parameters: [{ ParameterKey: "Size", ParameterValue: "small" }],
    }),
  ],
  code: [
    json("function.pay.1a2b.function.json", {
      Configuration: { FunctionName: "pay", CodeSha256: base64("code of pay") },
      code: { file: "function.pay.1a2b.zip" },
      layers: [{ Arn: "arn:…:layer:common:1", file: "layer.common.1.3c4d.zip" }],
      create: "function.pay.1a2b.create.json",
    }),
    json("function.pay.1a2b.create.json", { FunctionName: "pay", Role: "arn:…:role/pay" }),
    { name: "function.pay.1a2b.zip", text: "code of pay" },
    { name: "layer.common.1.3c4d.zip", text: "code of common" },
  ],
} satisfies Readonly<Record<FileKind, SeedFileSet["contents"]>>;

interface TestPlace {
  readonly aws: TestAccount;
  readonly store: Store;
}

/** Of one thing that is of use, unless something else is asked for. */
export const seedReadable = (
  place: TestPlace,
  about: FileKind,
  slot: string,
  more: Partial<SeedFileSet> = {},
): Promise<string> =>
  seedFileSet(place, { about, slot, contents: contentsOf[about], things: 1, ...more });

/** What a drill of it has left in the ledger. */
export async function readBackBefore(
  { aws, store }: TestPlace,
  set: { readonly about: FileKind; readonly slot: string },
  { at = new Date(`${set.slot}T04:25:00Z`), result = "good" } = {},
): Promise<void> {
  const { about, slot } = set;
  const region = Buffer.from(aws.region).toString("hex").slice(0, 8);
  const run = `${fileDriller}.${slot.replaceAll("-", "")}T042000.${region}`;
  const record: ActionRecord = {
    ...{ unit: fileDriller, account: aws.account, region: aws.region },
    ...{
      target: setId(set),
      within: about,
      id: `${run}.${Buffer.from(about).toString("hex").slice(0, 8)}00`,
      run,
      at,
    },
    ...{ because: "it was never read back", digest: "seeded" },
    call: { operation: "flow:drill-files", input: { about, slot, setName: setId(set) } },
    ...{ undo: null, once: null, savesPerMonth: null },
    before: { slot, drilled: "never" },
    outcome: "applied",
    output: { at, result, seconds: 120, checked: "read" },
    ...{ verified: true, held: null, error: null },
  };
  await store.transact([putAction("unit", record), asLastChange("unit", record)]);
}

/** What the ledger says of the last drill of it: in AWS a drill leaves nothing. */
async function drillOf({ aws, store }: TestPlace, target: string): Promise<string> {
  const { account, region } = aws;
  const change = await lastChange(store, { unit: fileDriller, account, region, target });
  if (!change || (await store.get(keys.undone(fileDriller, change.action)))) return "never";
  const { run, action: id } = change;
  const record = await actionById(store, "unit", { unit: fileDriller, run, id });
  const read = recordedDrill.safeParse(record);
  return read.success ? `drilled: ${read.data.output.result}` : "not done";
}

const newest = "2026-11-21";
const older = "2026-11-14";

const wrong = [`zones@${newest}`, `parameters@${older}`, `templates@${newest}`, `code@${newest}`];
const left = [`zones@${older}`, `parameters@${newest}`];

export const fixture: AutomationFixture = {
  settings: { config: { buckets: placesOfTests } },
  async seed(aws, store) {
    await makeFileBucket(aws);
    const place = { aws, store };
    for (const about of ["zones", "templates", "code"] as const)
      await seedReadable(place, about, newest);
    // The drill of the one before is long ago.
    await seedReadable(place, "zones", older);
    await readBackBefore(place, { about: "zones", slot: older });
    // Somebody's: the ledger knows nothing of it.
    await seedReadable(place, "parameters", older);
    await seedReadable(place, "parameters", newest, { recorded: false });
  },
  async look(aws, store) {
    if (!store) throw new Error("what a drill found out stands in the ledger alone");
    const words = [...wrong, ...left].map(async (id) => [
      id.replace("@", ", "),
      await drillOf({ aws, store }, id),
    ]);
    const files = await filesIn(aws);
    return { ...Object.fromEntries(await Promise.all(words)), files: [...files.keys()].length };
  },
  wrong: wrong.map((id) => id.replace("@", ", ")),
  held: {},
};
