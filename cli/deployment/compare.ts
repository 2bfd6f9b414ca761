/** What is deployed against what the settings would deploy. Pure: nothing is asked here. */
import type { ManifestUnit } from "../../settings/manifest.ts";
import { mayTakeBack } from "../../settings/mode.ts";
import { type Named, namesOf } from "../../settings/names.ts";

/** A stack that carries this deployment's own tag. */
export interface DeployedStack {
  readonly name: string;
  readonly region: string;
  /** Names of the Lambda functions in it. */
  readonly functions: readonly string[];
  /** Names of the IAM roles in it. */
  readonly roles: readonly string[];
  /** Its first deployment came to nothing: it failed, or nobody agreed to it. */
  readonly neverMade?: boolean;
}

/** The part of the settings that decides which stacks there are. */
export interface WantedBy extends Named {
  readonly home: string;
  readonly regions: readonly string[];
}

export type WantedUnit = Pick<
  ManifestUnit,
  "id" | "kind" | "family" | "enabled" | "formerly" | "mode"
>;

export interface WantedStack {
  readonly name: string;
  readonly region: string;
  /** Ids of the units whose functions it holds; none in stacks that hold no units. */
  readonly units: readonly string[];
}

/** What a stack is of, by its name. */
export type StackPurpose =
  | { readonly kind: "home" }
  | { readonly kind: "region" }
  | { readonly kind: "family"; readonly family: string };

/** A stack that the settings no longer deploy, and that goes on acting. */
export interface LeftoverStack {
  readonly name: string;
  readonly region: string;
  readonly purpose: StackPurpose;
  /** Ids of the units in it. */
  readonly units: readonly string[];
}

/** A unit in a stack. */
export interface PlacedUnit {
  readonly unit: string;
  readonly stack: string;
  readonly region: string;
}

export interface Comparison {
  /** Stacks of families and regions that the settings no longer deploy. */
  readonly leftover: readonly LeftoverStack[];
  /** Units that the next deployment takes out of a stack which stays. */
  readonly dropped: readonly PlacedUnit[];
  /** Units that are to be in another stack than now: a family was renamed, or they changed it. */
  readonly moved: readonly (PlacedUnit & { readonly to: string })[];
  /** Units that stay, and whose undo role the next deployment takes away: they only watch now. */
  readonly lowered: readonly PlacedUnit[];
  /** Regions other than the settings' home that hold a home stack, and with it a ledger. */
  readonly otherHomes: readonly string[];
  /** Wanted, and not deployed yet. */
  readonly missing: readonly WantedStack[];
}

/** The stacks that the settings deploy, as the construct `Nightshift` makes them. */
export function wantedStacks(
  settings: WantedBy,
  units: readonly WantedUnit[],
): readonly WantedStack[] {
  const names = namesOf(settings);
  const { home } = settings;
  const working = units.filter(({ enabled, kind }) => enabled && kind !== "signal");
  const families = Map.groupBy(working, ({ family }) => family);
  const others = [...new Set(settings.regions)].filter((region) => region !== home);
  return [
    { name: names.homeStack, region: home, units: [] },
    ...[...families].map(([family, members]) => ({
      name: names.familyStack(family),
      region: home,
      units: members.map(({ id }) => id),
    })),
    ...others.map((region) => ({ name: names.forwardStack(region), region, units: [] })),
  ];
}

function purposeOf({ name, region }: DeployedStack, settings: WantedBy): StackPurpose {
  const names = namesOf(settings);
  if (name === names.homeStack) return { kind: "home" };
  if (name === names.forwardStack(region)) return { kind: "region" };
  return { kind: "family", family: name.slice(names.familyStack("").length) };
}

interface AtPlace {
  readonly name: string;
  readonly region: string;
}

/** Names of stacks are of one region. */
export const isSame = (left: AtPlace, right: AtPlace): boolean =>
  left.name === right.name && left.region === right.region;

/** Ids of the units that a stack of a family holds; the functions of other stacks are no units. */
function unitsIn(stack: DeployedStack, settings: WantedBy): readonly string[] {
  if (purposeOf(stack, settings).kind !== "family") return [];
  const beginning = namesOf(settings).function("");
  return stack.functions
    .filter((name) => name.startsWith(beginning))
    .map((name) => name.slice(beginning.length));
}

const hasUndoRole = ({ roles }: DeployedStack, unit: string, settings: WantedBy): boolean =>
  roles.includes(namesOf(settings).undoRole(unit));

/**
 * What the settings no longer deploy, and what they deploy elsewhere than now.
 * @param deployed only stacks of this deployment; others must not be in it
 */
export function compare(
  deployed: readonly DeployedStack[],
  settings: WantedBy,
  units: readonly WantedUnit[],
): Comparison {
  const wanted = wantedStacks(settings, units);
  const stackOf = new Map(wanted.flatMap(({ name, units: ids }) => ids.map((id) => [id, name])));
  const unwanted = deployed.filter((stack) => !wanted.some((other) => isSame(stack, other)));
  const homes = unwanted.filter((stack) => purposeOf(stack, settings).kind === "home");
  const placedIn = (stack: DeployedStack): PlacedUnit[] =>
    unitsIn(stack, settings).map((unit) => ({ unit, stack: stack.name, region: stack.region }));
  const placed = deployed.flatMap(placedIn);
  const staying = placed.filter(
    ({ stack, region }) => !unwanted.some((other) => isSame(other, { name: stack, region })),
  );
  const watching = new Set(units.filter(({ mode }) => !mayTakeBack(mode)).map(({ id }) => id));
  return {
    leftover: unwanted
      .filter((stack) => !homes.includes(stack))
      .map((stack) => ({
        name: stack.name,
        region: stack.region,
        purpose: purposeOf(stack, settings),
        units: unitsIn(stack, settings),
      })),
    dropped: staying.filter(({ unit }) => !stackOf.has(unit)),
    moved: placed.flatMap((at) => {
      const to = stackOf.get(at.unit);
      return to === undefined || to === at.stack ? [] : [{ ...at, to }];
    }),
    lowered: deployed.flatMap((stack) =>
      placedIn(stack).filter(
        ({ unit }) => stackOf.has(unit) && watching.has(unit) && hasUndoRole(stack, unit, settings),
      ),
    ),
    otherHomes: homes.map(({ region }) => region),
    missing: wanted.filter(
      (stack) => !deployed.some((other) => isSame(stack, other) && !other.neverMade),
    ),
  };
}

/** Former ids of units that go on taking back what was done under them. */
export const formerIdsKept = (units: readonly WantedUnit[]): ReadonlySet<string> =>
  new Set(
    units.flatMap(({ enabled, mode, formerly = [] }) =>
      enabled && mayTakeBack(mode) ? formerly : [],
    ),
  );

/** Units that are to end, or to lose their undo role: what they did could not be taken back. */
export function unitsLosingUndo(comparison: Comparison): readonly PlacedUnit[] {
  const { leftover, dropped, moved, lowered } = comparison;
  const inLeftover = leftover.flatMap(({ name, region, units }) =>
    units.map((unit) => ({ unit, stack: name, region })),
  );
  const stays = new Set(moved.map(({ unit }) => unit));
  const ending = [...inLeftover, ...dropped].filter(({ unit }) => !stays.has(unit));
  return [...ending, ...lowered];
}

const purposeText = (purpose: StackPurpose): string => {
  if (purpose.kind === "home") return "a home stack";
  if (purpose.kind === "region") return "of a region that the settings do not name";
  return `of the family ${purpose.family}`;
};

/** A leftover stack in words. */
export function leftoverText({ name, region, purpose, units }: LeftoverStack): string {
  const holds = units.length ? ` (${units.join(", ")})` : "";
  return `${name} in ${region}, ${purposeText(purpose)}${holds}`;
}

/** Whatever differs, a line each; none: all that is deployed is in the settings. */
export function differences(comparison: Comparison): readonly string[] {
  const { leftover, dropped, moved, otherHomes } = comparison;
  return [
    ...otherHomes.map((region) => `the home stack is deployed in ${region} too, with a ledger`),
    ...leftover.map((stack) => `${leftoverText(stack)}, is no longer deployed by the settings`),
    ...dropped.map(
      ({ unit, stack }) => `${unit} still runs in ${stack}, and the settings do not deploy it`,
    ),
    ...moved.map(({ unit, stack, to }) => `${unit} runs in ${stack}, and is to run in ${to}`),
  ];
}
