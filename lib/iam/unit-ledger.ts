/** What the roles of units may do in the ledger (rule: ledger-no-deputy). */
import { idsOf } from "../../settings/former-ids.ts";
import {
  deleting,
  getting,
  gettingAll,
  partitions,
  putting,
  querying,
  readKillSwitch,
  updating,
} from "../../settings/grants.ts";
import type { ManifestUnit } from "../../settings/manifest.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Owner, Statement } from "../../settings/statements.ts";

/** What the undo function orders in people's names. What they decided is read with all else. */
export const readOrders = (
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement[] =>
  unit.undoes.length
    ? [
        partitions(
          { sid: "ReadOrders", actions: [getting], keys: ["undo#order#*"] },
          settings,
          owner,
        ),
      ]
    : [];

export const ownLedger = (
  { id }: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement =>
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
export function ownAndChangers(
  { id }: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement[] {
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
export function runsLedger(
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement[] {
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
export const readStories = (
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement =>
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
export const readTogether = (
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement =>
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
export function readOthers(
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement[] {
  const named = (unit.remembers ?? []).map((id) => `unit#${id}#target#*`);
  if (!named.length) return [];
  const keys = [...named, ...remembered(unit)];
  return [partitions({ sid: "ReadOthers", actions: [getting], keys }, settings, owner)];
}

/** One line of each run, of all units there were: how much it changed, and what that saves. */
export function readSavings(
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement[] {
  if (!unit.readsSavings) return [];
  const lines = { sid: "ReadSavings", actions: [querying], keys: ["watch#units", "unit#*#runs"] };
  return [partitions(lines, settings, owner)];
}

/** What all units did, what undo took back of it, and what waits for people: read, and no more. */
export function readPast(unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement[] {
  if (!unit.readsPast) return [];
  const lists = ["watch#units", "watch#findings", "unit#*#runs", "undo#*#runs", "unit#*#plan"];
  const runs = ["unit#*#run#*", "undo#*#run#*"];
  return [
    partitions(
      { sid: "ReadPast", actions: [querying], keys: [...lists, ...runs] },
      settings,
      owner,
    ),
    partitions({ sid: "ReadDecisions", actions: [getting], keys: ["decision#*"] }, settings, owner),
  ];
}

/** What was left unfinished under an id that it had before, it takes up. */
export const readFormerClaims = (
  { formerly = [] }: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement[] => {
  const keys = formerly.map((id) => `unit#${id}#claim`);
  if (!keys.length) return [];
  return [partitions({ sid: "ReadFormerClaims", actions: [getting], keys }, settings, owner)];
};
