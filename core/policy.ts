/** What each deployed role may do: IAM policies made from the manifest alone, never typed by hand. */
import type { Conditions, Grant } from "./call.ts";
import type { Manifest, ManifestOperation, ManifestUnit } from "./manifest.ts";
import { names, type Shared } from "./names.ts";
import type { ParsedSettings } from "./settings.ts";

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Conditions;
}
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** What ARNs need beside the settings. Both may be CDK tokens. */
export interface Owner {
  readonly partition: string;
  readonly account: string;
}

/** The tag that exempts, as IAM sees it. */
const exemptTag = "aws:ResourceTag/nightshift:exempt";

/** Where requests to services without regions are counted, whatever region the caller is in. */
const requestedIn: Readonly<Record<string, string>> = {
  budgets: "us-east-1",
  ce: "us-east-1",
  cloudfront: "us-east-1",
  health: "us-east-1",
  iam: "us-east-1",
  organizations: "us-east-1",
  route53: "us-east-1",
  support: "us-east-1",
  trustedadvisor: "us-east-1",
};
/** Services whose ARNs have no region, and those that have no account either. */
const withoutRegion = new Set(["budgets", "ce", "cloudfront", "health", "iam", "organizations", "route53", "s3"]);
const withoutAccount = new Set(["route53", "s3"]);

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort();

/** One pass: what is filled in may be a token that itself contains braces. */
const fill = (template: string, values: Readonly<Record<string, string>>): string => template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "*");

function arns(template: string, action: string, regions: readonly string[], owner: Owner): string[] {
  if (template === "*") return ["*"];
  const service = action.slice(0, action.indexOf(":"));
  const prefix = `arn:{partition}:${service}:${withoutRegion.has(service) ? "" : "{region}"}:${withoutAccount.has(service) ? "" : "{account}"}:`;
  const full = template.startsWith("arn:") ? template : prefix + template;
  return regions.map((region) => fill(full, { ...owner, region }));
}

/** What cannot be limited to a resource is at least limited to the configured regions. */
function inRegions({ action, on, when }: Grant, regions: readonly string[]): Conditions | undefined {
  if (!on.includes("*")) return when;
  const fixed = requestedIn[action.slice(0, action.indexOf(":"))];
  return { ...when, StringEquals: { ...when?.StringEquals, "aws:RequestedRegion": fixed ? [fixed] : [...regions] } };
}

/** Grants with the same resources and conditions in one statement each, in a stable order. */
function allowed(sid: string, operations: readonly ManifestOperation[], regions: readonly string[], owner: Owner): Statement[] {
  const groups = new Map<string, { actions: string[]; resources: string[]; condition: Conditions | undefined }>();
  for (const grant of operations.flatMap(({ grants }) => grants)) {
    const resources = unique(grant.on.flatMap((template) => arns(template, grant.action, regions, owner)));
    const condition = inRegions(grant, regions);
    const key = JSON.stringify([resources, condition]);
    const group = groups.get(key) ?? { actions: [], resources, condition };
    group.actions.push(grant.action);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { actions, resources, condition }], index) => ({
      Sid: `${sid}${index + 1}`,
      Effect: "Allow",
      Action: unique(actions),
      Resource: resources,
      ...(condition && { Condition: condition }),
    }));
}

/** Where a unit looks and acts. */
export const regionsOf = (unit: Pick<ManifestUnit, "scope">, settings: Pick<ParsedSettings, "home" | "regions">): readonly string[] =>
  unit.scope === "global" ? [settings.home] : settings.regions;

/** Two statements, so that a `from=` list that names other units denies nothing here (rules.md, 19 and 21). */
function exemptionDenied({ id, writes }: ManifestUnit): Statement[] {
  const actions = unique(writes.flatMap(({ grants }) => grants.map(({ action }) => action)));
  return [
    {
      Sid: "ExemptFromAll",
      Effect: "Deny",
      Action: actions,
      Resource: ["*"],
      Condition: { Null: { [exemptTag]: "false" }, StringNotLike: { [exemptTag]: "*from=*" } },
    },
    { Sid: "ExemptFromThis", Effect: "Deny", Action: actions, Resource: ["*"], Condition: { StringLike: { [exemptTag]: `*from=*${id}*` } } },
  ];
}

const looking = ["dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query"];
const writing = [...looking, "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"].sort();

/**
 * Some partitions of the ledger (rules.md, 1). `ForAllValues` is true when the key is absent, hence `Null`; and
 * neither Scan nor PartiQL are ever granted.
 */
const partitions = (sid: string, actions: readonly string[], keys: readonly string[], { home }: ParsedSettings, { partition, account }: Owner): Statement => ({
  Sid: sid,
  Effect: "Allow",
  Action: actions,
  Resource: [`arn:${partition}:dynamodb:${home}:${account}:table/${names.table}`],
  Condition: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys }, Null: { "dynamodb:LeadingKeys": "false" } },
});

/** What every function may: write its own log, leave what fails in the failure queue, read the kill switch. */
const everyone = (id: string, { home }: ParsedSettings, { partition, account }: Owner): Statement[] => [
  {
    Sid: "Log",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [`arn:${partition}:logs:${home}:${account}:log-group:${names.logGroup(id)}:*`],
  },
  { Sid: "LeaveFailures", Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [`arn:${partition}:sqs:${home}:${account}:${names.failures}`] },
  { Sid: "ReadKillSwitch", Effect: "Allow", Action: ["ssm:GetParameter"], Resource: [`arn:${partition}:ssm:${home}:${account}:parameter${names.killSwitch}`] },
];

const document = (...statements: readonly Statement[]): PolicyDocument => ({ Version: "2012-10-17", Statement: statements });

const functions = (ids: readonly string[], { home }: ParsedSettings, { partition, account }: Owner): string[] =>
  ids.map((id) => `arn:${partition}:lambda:${home}:${account}:function:${names.function(id)}`);

/** The role of an automation's or report's own function: its reads, and its writes unless it only watches. */
export function unitPolicy(unit: ManifestUnit, settings: ParsedSettings, owner: Owner): PolicyDocument {
  const { id, family, mode, reads, writes } = unit;
  const regions = regionsOf(unit, settings);
  const acts = mode !== "watch" && writes.length > 0;
  return document(
    ...allowed("Look", reads, regions, owner),
    ...(acts ? allowed("Change", writes, regions, owner) : []),
    ...(acts && family !== "security" ? exemptionDenied(unit) : []),
    partitions("OwnLedger", writing, [`unit#${id}#*`], settings, owner),
    partitions("ReadLedger", looking, ["decision#*", `undo#${id}#*`], settings, owner),
    ...everyone(id, settings, owner),
  );
}

/** The role that the undo function assumes to take back what one automation did, in whatever mode it is now. */
export const undoPolicy = (unit: ManifestUnit, settings: ParsedSettings, owner: Owner): PolicyDocument => {
  const regions = regionsOf(unit, settings);
  return document(...allowed("Look", unit.reads, regions, owner), ...allowed("TakeBack", unit.undoes, regions, owner));
};

/** Units that are deployed, of some kinds. */
export const deployed = ({ units }: Pick<Manifest, "units">, ...kinds: readonly ManifestUnit["kind"][]): ManifestUnit[] =>
  units.filter(({ enabled, kind }) => enabled && kinds.includes(kind));

const own: { readonly [K in Shared]: (manifest: Manifest, owner: Owner) => readonly Statement[] } = {
  signals(manifest, owner) {
    const ids = deployed(manifest, "signal").map(({ id }) => `unit#${id}#*`);
    return ids.length ? [partitions("OwnLedger", writing, ids, manifest.settings, owner)] : [];
  },
  tell: ({ settings }, owner) => [
    partitions("OwnLedger", writing, ["told#*"], settings, owner),
    partitions("ReadLedger", looking, ["decision#*", "undo#*", "unit#*", "watch#*"], settings, owner),
    letExpire(settings, owner),
    {
      Sid: "ReadStream",
      Effect: "Allow",
      Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
      Resource: [`arn:${owner.partition}:dynamodb:${settings.home}:${owner.account}:table/${names.table}/stream/*`],
    },
    {
      Sid: "FindStream",
      Effect: "Allow",
      Action: ["dynamodb:ListStreams"],
      Resource: ["*"],
      Condition: { StringEquals: { "aws:RequestedRegion": [settings.home] } },
    },
    { Sid: "Tell", Effect: "Allow", Action: ["sns:Publish"], Resource: [`arn:${owner.partition}:sns:${settings.home}:${owner.account}:${names.topic}`] },
    {
      Sid: "Encrypt",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: [`arn:${owner.partition}:kms:${settings.home}:${owner.account}:key/*`],
      Condition: { "ForAnyValue:StringEquals": { "kms:ResourceAliases": names.key } },
    },
  ],
  decide(manifest, owner) {
    const automations = deployed(manifest, "automation").map(({ id }) => id);
    return [
      partitions("OwnLedger", writing, ["decision#*"], manifest.settings, owner),
      partitions("ReadLedger", looking, ["unit#*"], manifest.settings, owner),
      ...(automations.length ? [invoke(automations, manifest.settings, owner)] : []),
    ];
  },
  undo(manifest, owner) {
    const automations = deployed(manifest, "automation").map(({ id }) => id);
    return [
      partitions("OwnLedger", writing, ["undo#*"], manifest.settings, owner),
      partitions("ReadLedger", looking, ["unit#*"], manifest.settings, owner),
      ...(automations.length
        ? [
            partitions(
              "Lock",
              writing,
              automations.map((id) => `unit#${id}#lock#*`),
              manifest.settings,
              owner,
            ),
            {
              Sid: "TakeBack",
              Effect: "Allow" as const,
              Action: ["sts:AssumeRole"],
              Resource: automations.map((id) => `arn:${owner.partition}:iam::${owner.account}:role/${names.undoRole(id)}`),
            },
          ]
        : []),
    ];
  },
  watchdog: (manifest, owner) => [
    partitions("OwnLedger", writing, ["watch#*"], manifest.settings, owner),
    partitions("ReadLedger", looking, ["decision#*", "told#*", "undo#*", "unit#*"], manifest.settings, owner),
    invoke([...deployed(manifest, "automation", "report").map(({ id }) => id), "signals", "tell"], manifest.settings, owner),
  ],
};

/** A told message may be given its TTL, and nothing else of it changed. */
const letExpire = ({ home }: ParsedSettings, { partition, account }: Owner): Statement => ({
  Sid: "LetExpire",
  Effect: "Allow",
  Action: ["dynamodb:UpdateItem"],
  Resource: [`arn:${partition}:dynamodb:${home}:${account}:table/${names.table}`],
  Condition: {
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["*#outbox"] },
    "ForAllValues:StringEquals": { "dynamodb:Attributes": ["pk", "sk", "ttl"] },
    StringEqualsIfExists: { "dynamodb:ReturnValues": ["NONE", "UPDATED_NEW", "UPDATED_OLD"] },
    Null: { "dynamodb:LeadingKeys": "false", "dynamodb:Attributes": "false" },
  },
});

const invoke = (ids: readonly string[], settings: ParsedSettings, owner: Owner): Statement => ({
  Sid: "Invoke",
  Effect: "Allow",
  Action: ["lambda:InvokeFunction"],
  Resource: functions(ids, settings, owner),
});

/** The role of a function that belongs to no single unit. */
export const sharedPolicy = (name: Shared, manifest: Manifest, owner: Owner): PolicyDocument =>
  document(...own[name](manifest, owner), ...everyone(name, manifest.settings, owner));

/**
 * The exact policy of the function that carries a unit.
 * @returns undefined when there is no such unit
 */
export function policyFor(manifest: Manifest, id: string, owner: Owner): PolicyDocument | undefined {
  const unit = manifest.units.find((one) => one.id === id);
  if (!unit) return undefined;
  return unit.kind === "signal" ? sharedPolicy("signals", manifest, owner) : unitPolicy(unit, manifest.settings, owner);
}
