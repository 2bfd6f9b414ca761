/** What the roles of functions that belong to no single unit may do. */
import { features } from "../../features.ts";
import { asksElsewhere } from "../../sdk/elsewhere.ts";
import { globalRegion } from "../../sdk/signals/console-link.ts";
import { arnsOf } from "../../settings/arns.ts";
import { functionsOf, invokedFrom, isShared } from "../../settings/feature.ts";
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
} from "../../settings/grants.ts";
import type { Manifest, ManifestUnit } from "../../settings/manifest.ts";
import { mayChange } from "../../settings/mode.ts";
import type { Shared } from "../../settings/names.ts";
import { keepsIncidents, type ParsedSettings } from "../../settings/settings.ts";
import {
  allowed,
  isWithoutRegions,
  type Owner,
  type PolicyDocument,
  type Statement,
} from "../../settings/statements.ts";
import { deployed, takenBack } from "./deployed-units.ts";
import { everyRole, policyOf, statementPlace } from "./every-role.ts";

/** CloudTrail knows nothing narrower than all of its history. */
function readCallHistory(
  automations: readonly ManifestUnit[],
  { home, regions }: ParsedSettings,
): Statement {
  const hasGlobal = automations.some(
    ({ scope, central, writes }) =>
      scope === "global" || central || writes.some(({ operation }) => isWithoutRegions(operation)),
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
            statementPlace(manifest.settings, owner),
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
      statementPlace(manifest.settings, owner),
    ),
    ...allowed(
      "Look",
      manifest.shared.watchdog.reads?.everywhere ?? [],
      [...new Set([manifest.settings.home, ...manifest.settings.regions])],
      statementPlace(manifest.settings, owner),
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
  return policyOf(
    ...ownOf(name, manifest, owner),
    ...features.flatMap(({ grants }) => grants?.[name]?.(granting) ?? []),
    ...everyRole(name, manifest.settings, owner),
  );
}
