/**
 * What each deployed role may do: IAM policies made from the manifest alone, never typed by hand.
 */

import { features } from "../../features.ts";
import { asksElsewhere } from "../../sdk/elsewhere.ts";
import { globalRegion } from "../../sdk/signals/console-link.ts";
import { arnsOf } from "../../settings/arns.ts";
import { functionsOf, invokedFrom, isShared } from "../../settings/feature.ts";
import { idsOf } from "../../settings/former-ids.ts";
import {
  deleting,
  getting,
  gettingAll,
  letExpire,
  mayInvoke,
  partitions,
  putting,
  querying,
  readKillSwitch,
  toTopic,
  updating,
  useKey,
} from "../../settings/grants.ts";
import type { Manifest, ManifestUnit } from "../../settings/manifest.ts";
import { mayChange, mayTakeBack } from "../../settings/mode.ts";
import { flowFunction, liveAlias, type Shared } from "../../settings/names.ts";
import { keepsIncidents, type ParsedSettings } from "../../settings/settings.ts";
import {
  allowed,
  exemptionDenied,
  isWithoutRegions,
  lookedAt,
  type Owner,
  onceEach,
  type PolicyDocument,
  type Statement,
  type StatementPlace,
} from "../../settings/statements.ts";

/** What every function may: write its own log, leave what fails in the failure queue. */
const everyone = (id: string, settings: ParsedSettings, owner: Owner): Statement[] => [
  {
    Sid: "Log",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [`${arnsOf(settings, owner).logGroup(id)}:*`],
  },
  {
    Sid: "LeaveFailures",
    Effect: "Allow",
    Action: ["sqs:SendMessage"],
    Resource: [arnsOf(settings, owner).failures(settings.home)],
  },
  ...useKey(settings),
];

const placeOf = (
  { deployment }: ParsedSettings,
  owner: Owner,
  { elsewhere = [], named = {} }: Pick<ManifestUnit, "elsewhere" | "named"> = {},
): StatementPlace => ({
  ...owner,
  deployment: deployment.prefix,
  elsewhere,
  named,
});

const document = (...statements: readonly Statement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: statements,
});

/** What the undo function orders in people's names. What they decided is read with all else. */
const readOrders = (unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement[] =>
  unit.undoes.length
    ? [
        partitions(
          { sid: "ReadOrders", actions: [getting], keys: ["undo#order#*"] },
          settings,
          owner,
        ),
      ]
    : [];

const ownLedger = ({ id }: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement =>
  partitions(
    {
      sid: "OwnLedger",
      actions: [deleting, getting, putting, querying, updating],
      keys: [`unit#${id}#*`],
    },
    settings,
    owner,
  );

/**
 * As a unit's own, and that it is among those that change a target: one transaction writes both, so
 * one statement allows it.
 */
function ownAndChangers({ id }: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement[] {
  const own = `unit#${id}#*`;
  return [
    partitions(
      { sid: "OwnLedger", actions: [deleting, getting, querying, updating], keys: [own] },
      settings,
      owner,
    ),
    partitions(
      { sid: "WriteLedger", actions: [putting], keys: [own, changersOf(owner)] },
      settings,
      owner,
    ),
  ];
}

/** Which units have changed what: a hint, which every one of them may write. */
const changersOf = ({ account }: Owner): string => `changed#${account}#*`;

/** What people asked to be left alone, and what undo leaves alone. */
const leftAlone = (unit: ManifestUnit, { account }: Owner): string[] => [
  `exempt#${account}#*`,
  ...idsOf(unit.id, unit).map((held) => `undo#${held}#hold#*`),
];

/** What was done to targets, by whichever unit. */
const stories = "unit#*#target#*";

/** What a run of an automation, and its flows, ask: holds, exemptions, others' changes, the switch. */
function runsLedger(unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement[] {
  return [
    partitions(
      { sid: "ReadHolds", actions: [querying], keys: leftAlone(unit, owner) },
      settings,
      owner,
    ),
    readKillSwitch(settings, owner),
  ];
}

/**
 * Who else changed a target: the guard against two automations that undo each other's work; and
 * what is remembered of others.
 */
const readStories = (unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement =>
  partitions(
    {
      sid: "ReadStories",
      actions: [getting],
      keys: [stories, changersOf(owner), ...remembered(unit)],
    },
    settings,
    owner,
  );

/** What a run asks at one moment is one request: one statement must allow all of it. */
const readTogether = (unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement =>
  partitions(
    {
      sid: "ReadTogether",
      actions: [gettingAll],
      keys: [
        `unit#${unit.id}#*`,
        `decision#${unit.id}.*`,
        stories,
        changersOf(owner),
        ...leftAlone(unit, owner),
        ...remembered(unit),
      ],
    },
    settings,
    owner,
  );

/** What the units that it names last did, and whether that was taken back. */
function remembered(unit: ManifestUnit): string[] {
  const { id, remembers = [] } = unit;
  const ids = remembers.flatMap((named) => (named === id ? idsOf(id, unit) : [named]));
  return ids.flatMap((named) => [
    ...(named === id ? [] : [`unit#${named}#run#*`]),
    `undo#${named}#of#*`,
  ]);
}

/** What a report asks of the units that it names: what they last did, of those alone. */
function readOthers(unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement[] {
  const named = (unit.remembers ?? []).map((id) => `unit#${id}#target#*`);
  if (!named.length) return [];
  const keys = [...named, ...remembered(unit)];
  return [partitions({ sid: "ReadOthers", actions: [getting], keys }, settings, owner)];
}

/** One line of each run, of all units there were: how much it changed, and what that saves. */
function readSavings(unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement[] {
  if (!unit.readsSavings) return [];
  const lines = { sid: "ReadSavings", actions: [querying], keys: ["watch#units", "unit#*#runs"] };
  return [partitions(lines, settings, owner)];
}

/** To call what carries its flows, and nothing else. */
const mayBeginFlows = (
  { id }: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement => ({
  Sid: "BeginFlows",
  Effect: "Allow",
  Action: ["lambda:InvokeFunction"],
  Resource: [flowArn(id, settings, owner)],
});

function flowArn(id: string, settings: ParsedSettings, owner: Owner): string {
  const arn = arnsOf(settings, owner).function(flowFunction(id));
  return settings.deployment.flows === "durable" ? `${arn}:${liveAlias}` : arn;
}

/** What remembers where a flow is, and calls its carrier again. */
function remembers(unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement[] {
  const arns = arnsOf(settings, owner);
  const carrier = arns.function(flowFunction(unit.id));
  if (settings.deployment.flows === "timers")
    return [
      {
        Sid: "SetTimers",
        Effect: "Allow",
        Action: ["scheduler:CreateSchedule"],
        Resource: [arns.schedules("flow.")],
      },
      {
        Sid: "LetTimersCall",
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [arns.flowTimerRole],
        Condition: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
      },
    ];
  return [
    mayBeginFlows(unit, settings, owner),
    // Of an execution, which lies within a version: never the function's own ARN, nor an alias's.
    {
      Sid: "Remember",
      Effect: "Allow",
      Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
      Resource: [`${carrier}:*/durable-execution/*/*`],
    },
    {
      Sid: "ReadLiveVersion",
      Effect: "Allow",
      Action: ["lambda:GetAlias"],
      Resource: [carrier],
    },
  ];
}

/**
 * The role of what carries an automation's flows: it looks with the automation's reads and its own,
 * changes where the mode lets it, and takes back what it wrote where that may be taken back.
 */
export function flowPolicy(
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): PolicyDocument {
  const { id, mode, protects, flows } = unit;
  const { reads = [], writes = [], undoes = [] } = flows ?? {};
  const regions = lookedAt(unit, settings);
  const place = placeOf(settings, owner, unit);
  const acts = mayChange(mode);
  // What it may do anyway is not granted twice.
  const given = new Set(acts ? writes.map((write) => JSON.stringify(write)) : []);
  const onlyBack = undoes.filter((undo) => !given.has(JSON.stringify(undo)));
  const looks = [...new Map([...unit.reads, ...reads].map((one) => [one.operation, one])).values()];
  return document(
    ...onceEach([
      ...allowed("Look", looks, regions, place),
      ...(acts ? allowed("Change", writes, regions, place) : []),
      ...(mayTakeBack(mode) ? allowed("TakeBack", onlyBack, regions, place) : []),
    ]),
    ...(acts && !protects ? exemptionDenied({ ...unit, reads: looks, writes }) : []),
    ownLedger(unit, settings, owner),
    ...runsLedger(unit, settings, owner),
    readStories(unit, settings, owner),
    ...remembers(unit, settings, owner),
    ...everyone(flowFunction(id), settings, owner),
  );
}

/** What a timer of flows may: call what carries them. */
export function flowTimerPolicy(manifest: Manifest, owner: Owner): PolicyDocument {
  const { settings } = manifest;
  const carriers = withFlows(manifest).map(({ id }) => flowFunction(id));
  return document(
    mayInvoke(carriers, settings, owner),
    {
      Sid: "LeaveFailures",
      Effect: "Allow",
      Action: ["sqs:SendMessage"],
      Resource: [arnsOf(settings, owner).failures(settings.home)],
    },
    ...useKey(settings),
  );
}

/** Automations that are deployed, and have work that waits. */
export const withFlows = (manifest: Pick<Manifest, "units">): ManifestUnit[] =>
  deployed(manifest, "automation").filter(({ flows }) => flows !== undefined);

/** What was left unfinished under an id that it had before, it takes up. */
const readFormerClaims = (
  { formerly = [] }: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement[] => {
  const keys = formerly.map((id) => `unit#${id}#claim`);
  if (!keys.length) return [];
  return [partitions({ sid: "ReadFormerClaims", actions: [getting], keys }, settings, owner)];
};

/**
 * The role of an automation's or report's own function: its reads, and its writes where its mode
 * lets it change anything.
 */
export function unitPolicy(
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): PolicyDocument {
  const { id, protects, mode, reads, writes } = unit;
  const regions = lookedAt(unit, settings);
  const acts = mayChange(mode) && writes.length > 0;
  const place = placeOf(settings, owner, unit);
  return document(
    // In every mode: what is under way must come to its end.
    ...(unit.flows ? [mayBeginFlows(unit, settings, owner)] : []),
    ...onceEach([
      ...allowed("Look", reads, regions, place),
      ...(acts ? allowed("Change", writes, regions, place) : []),
    ]),
    ...(acts && !protects ? exemptionDenied(unit) : []),
    ...(unit.kind === "report"
      ? [ownLedger(unit, settings, owner)]
      : ownAndChangers(unit, settings, owner)),
    ...readFormerClaims(unit, settings, owner),
    ...(unit.kind === "report"
      ? [...readOthers(unit, settings, owner), ...readSavings(unit, settings, owner)]
      : [
          ...readOrders(unit, settings, owner),
          ...runsLedger(unit, settings, owner),
          readTogether(unit, settings, owner),
        ]),
    ...everyone(id, settings, owner),
  );
}

/**
 * The role that the undo function assumes to take back what one automation did. One that only
 * watches has none.
 */
export const undoPolicy = (
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): PolicyDocument => {
  const regions = lookedAt(unit, settings);
  const place = placeOf(settings, owner, unit);
  return document(
    ...onceEach([
      ...allowed("Look", unit.reads, regions, place),
      ...allowed("TakeBack", unit.undoes, regions, place),
    ]),
  );
};

/** Units that are deployed, of some kinds. */
export const deployed = (
  { units }: Pick<Manifest, "units">,
  ...kinds: readonly ManifestUnit["kind"][]
): ManifestUnit[] => units.filter(({ enabled, kind }) => enabled && kinds.includes(kind));

/** Whether there is anything that its undo role could do. */
export const needsUndoRole = ({ kind, mode, undoes }: ManifestUnit): boolean =>
  kind === "automation" && mayTakeBack(mode) && undoes.length > 0;

/** Automations that are deployed with an undo role. */
export const takenBack = (manifest: Pick<Manifest, "units">): ManifestUnit[] =>
  deployed(manifest, "automation").filter(needsUndoRole);

/** CloudTrail knows nothing narrower than all of its history. */
function readCallHistory(
  automations: readonly ManifestUnit[],
  { home, regions }: ParsedSettings,
): Statement {
  const hasGlobal = automations.some(
    ({ scope, writes }) =>
      scope === "global" || writes.some(({ operation }) => isWithoutRegions(operation)),
  );
  const global = hasGlobal ? [globalRegion(home)] : [];
  // What a flow did is told to a person, not looked up: it is of several calls.
  const there = automations.flatMap(({ elsewhere = [], flows, writes }) =>
    flows || !writes.some(({ operation }) => asksElsewhere(operation)) ? [] : elsewhere,
  );
  return {
    Sid: "ReadCallHistory",
    Effect: "Allow",
    Action: ["cloudtrail:LookupEvents"],
    Resource: ["*"],
    Condition: {
      StringEquals: { "aws:RequestedRegion": [...new Set([...regions, ...global, ...there])] },
    },
  };
}

const own: {
  readonly [K in Shared]: (manifest: Manifest, owner: Owner) => readonly Statement[];
} = {
  signals(manifest, owner) {
    const listening = deployed(manifest, "signal");
    const outboxes = listening.map(({ id }) => `unit#${id}#outbox`);
    // Whether what was told is over is read in the event's own region (rule: events-close-nothing).
    const reads = listening.flatMap((unit) => unit.reads);
    return outboxes.length
      ? [
          ...allowed(
            "Look",
            reads,
            [...new Set([manifest.settings.home, ...manifest.settings.regions])],
            placeOf(manifest.settings, owner),
          ),
          partitions(
            { sid: "OwnLedger", actions: [putting], keys: [...outboxes, "signals#heard"] },
            manifest.settings,
            owner,
          ),
          partitions(
            { sid: "OwnCounts", actions: [getting, updating], keys: ["signals#heard"] },
            manifest.settings,
            owner,
          ),
        ]
      : [];
  },
  tell: ({ settings }, owner) => [
    // What could not be made incidents waits there until it is taken.
    ...(keepsIncidents(settings)
      ? [
          partitions(
            { sid: "OwnUntaken", actions: [deleting, querying], keys: ["told#untaken"] },
            settings,
            owner,
          ),
        ]
      : []),
    // Whether the channels' own queues have told it all is asked where there are any.
    partitions(
      {
        sid: "OwnLedger",
        actions: [getting, putting, ...(Object.keys(settings.channels).length ? [querying] : [])],
        keys: ["told#*"],
      },
      settings,
      owner,
    ),
    letExpire(settings, owner),
    // What it is invoked with is told only where it lies there.
    partitions({ sid: "ReadOutboxes", actions: [getting], keys: ["*#outbox"] }, settings, owner),
    {
      Sid: "ReadStream",
      Effect: "Allow",
      Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
      Resource: [`${arnsOf(settings, owner).table}/stream/*`],
    },
    {
      Sid: "FindStream",
      Effect: "Allow",
      Action: ["dynamodb:ListStreams"],
      Resource: ["*"],
      Condition: { StringEquals: { "aws:RequestedRegion": [settings.home] } },
    },
    ...toTopic(settings, owner),
    ...(invokedFrom("tell", settings, features).length
      ? [mayInvoke(invokedFrom("tell", settings, features), settings, owner)]
      : []),
  ],
  decide(manifest, owner) {
    const automations = deployed(manifest, "automation").map(({ id }) => id);
    return [
      partitions(
        { sid: "OwnLedger", actions: [getting, putting], keys: ["decision#*"] },
        manifest.settings,
        owner,
      ),
      partitions(
        { sid: "ReadPlans", actions: [getting], keys: ["unit#*#plan"] },
        manifest.settings,
        owner,
      ),
      ...(automations.length ? [mayInvoke(automations, manifest.settings, owner)] : []),
    ];
  },
  undo(manifest, owner) {
    const automations = takenBack(manifest);
    const ids = automations.map(({ id }) => id);
    const changing = automations.filter(({ mode }) => mayChange(mode)).map(({ id }) => id);
    return [
      // In one statement: one transaction writes what is undone and takes the automation's lock.
      partitions(
        {
          sid: "OwnLedger",
          actions: [deleting, putting],
          keys: ["undo#*", ...ids.map((id) => `unit#${id}#lock#*`)],
        },
        manifest.settings,
        owner,
      ),
      partitions(
        { sid: "ReadOwn", actions: [gettingAll], keys: ["undo#*", "unit#*"] },
        manifest.settings,
        owner,
      ),
      partitions(
        {
          sid: "ReadLedger",
          actions: [querying],
          // What people keep on for longer, an automation's look asks for too.
          keys: [`exempt#${owner.account}#*`, "undo#*", "unit#*"],
        },
        manifest.settings,
        owner,
      ),
      // What was done is compared with what CloudTrail saw of it.
      ...(ids.length ? [readCallHistory(automations, manifest.settings)] : []),
      readKillSwitch(manifest.settings, owner),
      // Taking back an undo is the original call: the unit's own function makes it, guarded anew.
      // An undo for which its time is too short goes on in another invocation of itself.
      ...(ids.length ? [mayInvoke([...changing, "undo"], manifest.settings, owner)] : []),
      ...(ids.length
        ? [
            {
              Sid: "TakeBack",
              Effect: "Allow" as const,
              Action: ["sts:AssumeRole"],
              // By pattern, as a role's policy has an end and a deployment's automations have none;
              // of all that are named so, only those that trust this function let it in.
              Resource: [arnsOf(manifest.settings, owner).undoRoles],
            },
          ]
        : []),
    ];
  },
  watchdog: (manifest, owner) => [
    // It writes what it has found and nothing of others: the unit's own function takes its run up,
    // and tell says that it told.
    partitions(
      { sid: "OwnLedger", actions: [deleting, getting, putting, querying], keys: ["watch#*"] },
      manifest.settings,
      owner,
    ),
    partitions(
      {
        sid: "ReadOutboxes",
        actions: [querying],
        keys: [
          "*#outbox",
          "told#muted",
          ...(keepsIncidents(manifest.settings) ? ["told#untaken"] : []),
          "told#withheld",
          "unit#*#claim",
          "unit#*#flow",
          "unit#*#plan",
          "unit#*#runs",
          "undo#claims",
        ],
      },
      manifest.settings,
      owner,
    ),
    partitions(
      {
        sid: "ReadLedger",
        actions: [getting],
        keys: ["decision#*", "unit#*#heartbeat", "unit#*#run#*"],
      },
      manifest.settings,
      owner,
    ),
    ...allowed(
      "LookAtHome",
      manifest.shared.watchdog.reads?.home ?? [],
      [manifest.settings.home],
      placeOf(manifest.settings, owner),
    ),
    ...allowed(
      "Look",
      manifest.shared.watchdog.reads?.everywhere ?? [],
      [...new Set([manifest.settings.home, ...manifest.settings.regions])],
      placeOf(manifest.settings, owner),
    ),
    mayInvoke(
      [
        ...deployed(manifest, "automation", "report").map(({ id }) => id),
        "tell",
        ...(takenBack(manifest).length ? ["undo"] : []),
        ...invokedFrom("watchdog", manifest.settings, features),
      ],
      manifest.settings,
      owner,
    ),
  ],
};

const added = functionsOf(features);

/** What a function itself may, ours or a feature's. */
function ownOf(name: string, manifest: Manifest, owner: Owner): readonly Statement[] {
  if (isShared(name)) return own[name](manifest, owner);
  const declared = added[name];
  if (!declared) throw new Error(`there is no function ${name}`);
  return declared.policy({ manifest, owner, features });
}

/** The role of a function that belongs to no single unit. */
export function sharedPolicy(name: string, manifest: Manifest, owner: Owner): PolicyDocument {
  const granting = { manifest, owner, features };
  return document(
    ...ownOf(name, manifest, owner),
    ...features.flatMap(({ grants }) => grants?.[name]?.(granting) ?? []),
    ...everyone(name, manifest.settings, owner),
  );
}

/**
 * The exact policy of the function that carries a unit.
 * @returns undefined when there is no such unit
 */
export function policyFor(
  manifest: Manifest,
  id: string,
  owner: Owner,
): PolicyDocument | undefined {
  const unit = manifest.units.find((one) => one.id === id);
  if (!unit) return undefined;
  return unit.kind === "signal"
    ? sharedPolicy("signals", manifest, owner)
    : unitPolicy(unit, manifest.settings, owner);
}
