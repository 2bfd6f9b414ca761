/** What files of a set must be to be of use, by what they are of: each group of them by itself. */
import type { HostedZone, ResourceRecordSet } from "@aws-sdk/client-route-53";
import * as z from "zod/mini";
import type { FileKind } from "../file-backups/config.ts";
import { importBatches } from "../file-backups/import-batches.ts";
import { lacksInTemplate } from "./template-text.ts";

/** A file that is as its manifest says. */
export interface GoodFile {
  readonly name: string;
  /** Nothing of what is no text. */
  readonly text: string | undefined;
  /** As Lambda writes hashes. */
  readonly base64: string;
}

/** Why a file is of no use. */
interface Senseless {
  readonly file: string;
  readonly what: string;
}

export interface GroupVerdict {
  /** How many zones, parameters, stacks or functions it has. */
  readonly things: number;
  readonly senseless: readonly Senseless[];
}

/** @param isNamed whether the set has a file of that name */
type Rule = (files: readonly GoodFile[], isNamed: (name: string) => boolean) => GroupVerdict;

/** What makes a file be of no use, where that is found within it. */
class MakesNoSense extends Error {
  readonly file: string;
  constructor(file: string, what: string) {
    super(what);
    this.file = file;
  }
}

function parsed<T>({ name, text = "" }: GoodFile, schema: z.ZodMiniType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MakesNoSense(name, "is no JSON");
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const where = error.issues[0]?.path.join(".") || "all of it";
  throw new MakesNoSense(name, `is not as such a file is written (${where})`);
}

const ending = (files: readonly GoodFile[], end: string): GoodFile[] =>
  files.filter(({ name }) => name.endsWith(end));

/** @throws {MakesNoSense} where the set lacks one */
function assertNamed(by: string, names: readonly string[], isNamed: (name: string) => boolean) {
  const missing = names.find((name) => !isNamed(name));
  if (missing !== undefined) throw new MakesNoSense(by, `names ${missing}, which the set has not`);
}

const zoneFile = z.object({
  HostedZone: z.object({ Id: z.string(), Name: z.string() }),
  records: z.number(),
  notImported: z.array(z.object({ Name: z.string(), Type: z.string() })),
  imports: z.array(z.string()),
});
const alias = z.object({ HostedZoneId: z.string(), DNSName: z.string() });
const value = z.object({ Value: z.string() });
const record = z.object({
  Name: z.string(),
  Type: z.string(),
  TTL: z.optional(z.number()),
  ResourceRecords: z.optional(z.array(value)),
  AliasTarget: z.optional(alias),
});
const importFile = z.object({
  Changes: z
    .array(z.object({ Action: z.literal("UPSERT"), ResourceRecordSet: record }))
    .check(z.minLength(1)),
});
type ImportRecord = z.output<typeof record>;

/** Either an alias, or values that live for a time. */
const isRecord = ({ TTL, ResourceRecords, AliasTarget }: ImportRecord): boolean =>
  AliasTarget ? TTL === undefined : TTL !== undefined && Boolean(ResourceRecords?.length);

/** Route 53 takes a batch whole or not at all. */
function recordsIn(file: GoodFile, zone: HostedZone): number {
  const records = parsed(file, importFile).Changes.map((change) => change.ResourceRecordSet);
  const wrong = records.find(
    (each) => !isRecord(each) || !`.${each.Name}`.endsWith(`.${zone.Name ?? ""}`),
  );
  if (wrong)
    throw new MakesNoSense(
      file.name,
      `has a record ${wrong.Name} ${wrong.Type} that no zone takes`,
    );
  const [batch, ...more] = importBatches(zone, records as ResourceRecordSet[]);
  if (more.length || batch?.length !== records.length)
    throw new MakesNoSense(file.name, "is no batch that Route 53 takes");
  return records.length;
}

const zoneRule: Rule = (files, isNamed) => {
  const [described] = ending(files, ".zone.json");
  if (!described) throw new MakesNoSense(files[0]?.name ?? "", "is of no zone in the set");
  const { HostedZone, notImported, imports, records } = parsed(described, zoneFile);
  assertNamed(described.name, imports, isNamed);
  const zone = { ...HostedZone, CallerReference: "" };
  const batches = files.filter(({ name }) => name.includes(".import-"));
  const imported = batches.reduce((sum, file) => sum + recordsIn(file, zone), 0);
  const own = notImported.filter(({ Name }) => Name === zone.Name).map(({ Type }) => Type);
  const lacking = ["SOA", "NS"].filter((type) => !own.includes(type));
  if (lacking.length)
    throw new MakesNoSense(described.name, `lacks the zone's own ${lacking.join(" and ")}`);
  if (imported + notImported.length !== records)
    throw new MakesNoSense(
      described.name,
      `says ${records} records, and ${imported + notImported.length} are in the set`,
    );
  return { things: 1, senseless: [] };
};

const parameterFile = z.object({
  parameters: z.array(
    z.object({
      Name: z.string().check(z.minLength(1)),
      Type: z.enum(["String", "StringList", "SecureString"]),
      Value: z.optional(z.string().check(z.minLength(1))),
      leftOut: z.optional(z.string()),
    }),
  ),
});

const parameterRule: Rule = ([file]) => {
  if (!file) return { things: 0, senseless: [] };
  const { parameters } = parsed(file, parameterFile);
  const without = parameters.find(
    ({ Value, leftOut, Type }) =>
      Value === undefined && (leftOut === undefined || Type !== "SecureString"),
  );
  if (without) throw new MakesNoSense(file.name, `has no value of ${without.Name}`);
  return { things: parameters.length, senseless: [] };
};

const stackFile = z.object({
  Stack: z.object({ StackId: z.string(), StackName: z.string() }),
  hidden: z.array(z.string()),
  files: z.array(z.string()),
});
const creationFile = z.object({
  StackName: z.string(),
  Parameters: z.array(z.object({ ParameterKey: z.string() })),
});

const stackRule: Rule = (files, isNamed) => {
  const [described] = ending(files, ".stack.json");
  const [template] = ending(files, ".original.template");
  if (!described || !template)
    throw new MakesNoSense(files[0]?.name ?? "", "is of no stack with a template in the set");
  const { files: named, hidden } = parsed(described, stackFile);
  assertNamed(described.name, named, isNamed);
  const creations = ending(files, ".create.json").map((file) => parsed(file, creationFile));
  const given = creations.flatMap(({ Parameters }) => Parameters.map((each) => each.ParameterKey));
  const lacking = lacksInTemplate(template.text ?? "", [...given, ...hidden]);
  if (lacking !== undefined) throw new MakesNoSense(template.name, lacking);
  return { things: 1, senseless: [] };
};

const functionFile = z.object({
  Configuration: z.object({ FunctionName: z.string(), CodeSha256: z.optional(z.string()) }),
  code: z.object({ file: z.optional(z.string()) }),
  layers: z.array(z.object({ file: z.optional(z.string()) })),
  create: z.string(),
});
const functionCreation = z.object({ FunctionName: z.string(), Role: z.string() });

/** What a layer's zip must be is checked when it is written: Lambda's hash of it is in no file. */
const codeRule: Rule = (files, isNamed) => {
  if (files[0]?.name.startsWith("layer.")) return { things: 0, senseless: [] };
  const [described] = ending(files, ".function.json");
  if (!described) throw new MakesNoSense(files[0]?.name ?? "", "is of no function in the set");
  const { Configuration, code, layers, create } = parsed(described, functionFile);
  const named = [code, ...layers].flatMap(({ file }) => file ?? []);
  assertNamed(described.name, [...named, create], isNamed);
  for (const file of ending(files, ".create.json")) parsed(file, functionCreation);
  const zip = files.find(({ name }) => name === code.file);
  if (zip && zip.base64 !== Configuration.CodeSha256)
    throw new MakesNoSense(zip.name, `is not the code of ${Configuration.FunctionName}`);
  return { things: 1, senseless: [] };
};

const ruleOf: Readonly<Record<FileKind, Rule>> = {
  zones: zoneRule,
  parameters: parameterRule,
  templates: stackRule,
  code: codeRule,
};

/** Of files that are all as their manifest says. */
export function groupVerdict(kind: FileKind, ...[files, isNamed]: Parameters<Rule>): GroupVerdict {
  try {
    return ruleOf[kind](files, isNamed);
  } catch (error) {
    if (!(error instanceof MakesNoSense)) throw error;
    return { things: 0, senseless: [{ file: error.file, what: error.message }] };
  }
}

const parts: Readonly<Record<FileKind, number>> = {
  zones: 1,
  parameters: 9,
  templates: 2,
  code: 3,
};

/** Files of one group begin alike: `Z1.zone.json`, `shop.1a2b.stack.json`, `function.pay.1a2b.zip`. */
export const setGroupOf = (kind: FileKind, name: string): string =>
  name.split(".").slice(0, parts[kind]).join(".");
