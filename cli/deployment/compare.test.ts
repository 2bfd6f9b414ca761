import { expect, test } from "vitest";
import {
  compare,
  type DeployedStack,
  differences,
  formerIdsKept,
  leftoverText,
  unitsLosingUndo,
  type WantedUnit,
  wantedStacks,
} from "./compare.ts";

const settings = {
  home: "eu-central-1",
  regions: ["eu-central-1", "us-east-1"],
  deployment: { prefix: "night" },
};
const unit = (id: string, family: string, rest: Partial<WantedUnit> = {}): WantedUnit => ({
  id,
  family,
  kind: "automation",
  enabled: true,
  mode: "act",
  ...rest,
});
const units = [
  unit("closes-ports", "security"),
  unit("idle", "cost"),
  unit("bill", "cost", { kind: "report" }),
  unit("alarm", "signals", { kind: "signal" }),
  unit("off", "backups", { enabled: false }),
];
const stack = (
  name: string,
  functions: readonly string[] = [],
  region = "eu-central-1",
): DeployedStack => ({ name, region, functions, roles: [] });
const asWanted = [
  stack("night", ["night-signals", "night-tell", "night-undo"]),
  stack("night-security", ["night-closes-ports"]),
  stack("night-cost", ["night-idle", "night-bill"]),
  stack("night-forward-us-east-1", [], "us-east-1"),
];
const compared = (...deployed: readonly DeployedStack[]) => compare(deployed, settings, units);

test("the settings deploy a home stack, a stack a family of enabled units, and one for each other region", () => {
  expect(wantedStacks(settings, units)).toEqual([
    { name: "night", region: "eu-central-1", units: [] },
    { name: "night-security", region: "eu-central-1", units: ["closes-ports"] },
    { name: "night-cost", region: "eu-central-1", units: ["idle", "bill"] },
    { name: "night-forward-us-east-1", region: "us-east-1", units: [] },
  ]);
});

test("what is deployed as the settings say differs in nothing", () => {
  expect(compared(...asWanted)).toEqual({
    leftover: [],
    dropped: [],
    moved: [],
    lowered: [],
    otherHomes: [],
    missing: [],
  });
  expect(differences(compared(...asWanted))).toEqual([]);
});

test("a stack that is not there yet is missing, and no difference to remove", () => {
  const comparison = compared(...asWanted.slice(0, 2));
  expect(comparison.missing.map(({ name }) => name)).toEqual([
    "night-cost",
    "night-forward-us-east-1",
  ]);
  expect(differences(comparison)).toEqual([]);
});

test("the stack of a family that is no longer in the settings is left over, with its units", () => {
  const comparison = compared(...asWanted, stack("night-backups", ["night-off", "night-saves"]));
  expect(comparison.leftover).toEqual([
    {
      name: "night-backups",
      region: "eu-central-1",
      purpose: { kind: "family", family: "backups" },
      units: ["off", "saves"],
    },
  ]);
  expect(unitsLosingUndo(comparison).map((at) => at.unit)).toEqual(["off", "saves"]);
  expect(comparison.leftover.map(leftoverText)).toEqual([
    "night-backups in eu-central-1, of the family backups (off, saves)",
  ]);
});

test("the stack of a region that is no longer in the settings is left over, and ends no unit", () => {
  const comparison = compared(...asWanted, stack("night-forward-eu-west-1", [], "eu-west-1"));
  expect(comparison.leftover).toEqual([
    {
      name: "night-forward-eu-west-1",
      region: "eu-west-1",
      purpose: { kind: "region" },
      units: [],
    },
  ]);
  expect(unitsLosingUndo(comparison)).toEqual([]);
});

test("a unit that is removed, renamed or disabled while its family stays is dropped", () => {
  const [home, security, , forward] = asWanted as [
    DeployedStack,
    DeployedStack,
    unknown,
    DeployedStack,
  ];
  const cost = stack("night-cost", ["night-idle", "night-bill", "night-old-name"]);
  const comparison = compared(home, security, cost, forward);
  const old = { unit: "old-name", stack: "night-cost", region: "eu-central-1" };
  expect([comparison.leftover, comparison.dropped]).toEqual([[], [old]]);
  expect(unitsLosingUndo(comparison)).toEqual([old]);
});

test("a unit that was renamed goes on taking back what it did, where it has an undo role", () => {
  const named = (rest: Partial<WantedUnit>) =>
    unit("new-name", "cost", { formerly: ["old-name"], ...rest });
  expect([...formerIdsKept([named({})])]).toEqual(["old-name"]);
  expect([...formerIdsKept([named({ mode: "retired" })])]).toEqual(["old-name"]);
  expect([...formerIdsKept([named({ mode: "watch" })])]).toEqual([]);
  expect([...formerIdsKept([named({ enabled: false })])]).toEqual([]);
});

test("units of a family that was renamed move, and do not end with its stack", () => {
  const comparison = compared(stack("night"), stack("night-saving", ["night-idle", "night-gone"]));
  expect(comparison.moved).toEqual([
    { unit: "idle", stack: "night-saving", region: "eu-central-1", to: "night-cost" },
  ]);
  expect(comparison.leftover.map(({ name }) => name)).toEqual(["night-saving"]);
  expect(unitsLosingUndo(comparison).map((at) => at.unit)).toEqual(["gone"]);
});

test("a unit that changes between families that both stay moves, and is not dropped", () => {
  const comparison = compared(
    stack("night"),
    stack("night-security", ["night-closes-ports", "night-idle"]),
    stack("night-cost", ["night-bill"]),
  );
  expect([comparison.moved.map((at) => at.unit), comparison.dropped]).toEqual([["idle"], []]);
});

test("another home is told as such, and is never among what is removed", () => {
  const comparison = compared(...asWanted, stack("night", ["night-tell"], "eu-west-1"));
  expect([comparison.otherHomes, comparison.leftover]).toEqual([["eu-west-1"], []]);
  expect(differences(comparison)).toEqual([
    "the home stack is deployed in eu-west-1 too, with a ledger",
  ]);
});

test("a unit that only watches now loses the undo role that it has; one that is retired keeps it", () => {
  const cost = {
    ...stack("night-cost", ["night-idle", "night-bill"]),
    roles: ["night-idle", "night-undo-idle"],
  };
  const lowered = (mode: WantedUnit["mode"]) =>
    unitsLosingUndo(compare([cost], settings, [unit("idle", "cost", { mode }), ...units.slice(2)]));
  expect(lowered("watch")).toEqual([{ unit: "idle", stack: "night-cost", region: "eu-central-1" }]);
  expect([lowered("retired"), lowered("ask")]).toEqual([[], []]);
});
