/**
 * Tells which instances are of types that AWS itself marks as of the previous generation, who manages
 * them, and what AWS names in their place. Whether a type is old is what EC2 says of it in that
 * region, type by type: there is no list of ours.
 */
import type { Instance } from "@aws-sdk/client-ec2";
import * as z from "zod/mini";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { describeInstanceTypes, typesNamed } from "../../../aws/ec2/instance-type.ts";
import { count } from "../../../sdk/counted.ts";
import { managedBy } from "../../../sdk/managed-by.ts";
import type { Cell } from "../../../sdk/message.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { armTypes } from "../arm-types.ts";
import {
  type Newer,
  newerThan,
  type RunningKind,
  successorsOf,
  typeFamilyOf,
  upgradePaths,
} from "./newer.ts";

interface Machine extends RunningKind {
  readonly id: string;
  readonly name: string;
  readonly isStopped: boolean;
  /** Who else decides what it is; empty: nobody. */
  readonly manager: string;
}

/** One of an old type, or, without `newer`, of one of which EC2 does not say that. */
export type AgedInstance = Machine & { readonly newer: Newer | undefined };

const stillThere = {
  Name: "instance-state-name",
  Values: ["pending", "running", "stopping", "stopped"],
};

/** Systems that there are for arm64 too; SQL Server on Linux is none of them. */
const linux: readonly string[] = [
  "Linux/UNIX",
  "Red Hat Enterprise Linux",
  "SUSE Linux",
  "Ubuntu Pro",
];

function managerOf({ Tags, Operator, InstanceLifecycle }: Instance): string {
  const service = Operator?.Managed ? (Operator.Principal ?? "an AWS service") : undefined;
  const spot = InstanceLifecycle === "spot" ? "a spot request" : undefined;
  return managedBy(Tags) ?? service ?? spot ?? "";
}

function machineOf(instance: Instance): Machine {
  const { InstanceId = "", InstanceType = "", Platform, PlatformDetails = "Linux/UNIX" } = instance;
  return {
    id: InstanceId,
    name: instance.Tags?.find(({ Key }) => Key === "Name")?.Value ?? "",
    type: InstanceType,
    architecture: instance.Architecture,
    isLinux: !Platform && linux.includes(PlatformDetails),
    isStopped: instance.State?.Name === "stopped" || instance.State?.Name === "stopping",
    manager: managerOf(instance),
  };
}

/** Names of a row that are shown; all are in `affected`. */
const shown = 3;

function someOf(all: readonly string[]): string {
  const more = all.length - shown;
  const first = all.slice(0, shown).join(", ");
  return more > 0 ? `${first} and ${more} more` : first;
}

function namedInWords({ families, types }: Newer): string {
  if (!families) return "not known";
  return types.join(", ") || `${families.join(", ")}: none here that fits its size and image`;
}

function gravitonInWords({ graviton }: Newer): string {
  if (!graviton) return "not Linux";
  return someOf(graviton) || "none found";
}

/** Those of a type that are managed by the same, and could become the same. */
function rowsOf(old: readonly (Machine & { newer: Newer })[]): (readonly Cell[])[] {
  const groups = Map.groupBy(old, ({ type, manager, newer }) =>
    JSON.stringify([type, manager, namedInWords(newer), gravitonInWords(newer)]),
  );
  return [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const which = someOf(group.map(({ id, name }) => (name ? `${id} (${name})` : id)));
      const { type, manager, newer } = first;
      const inPlace = [namedInWords(newer), gravitonInWords(newer)];
      return [[type, group.length, which, manager, ...inPlace]];
    });
}

function titleOf(region: string, old: number, unknown: number): string {
  const type = (number: number) => (number === 1 ? "is of a type" : "are of types");
  return old
    ? `${count(old, "instance")} in ${region} ${type(old)} that AWS calls previous generation`
    : `Whether ${count(unknown, "instance")} in ${region} ${type(unknown)} of the previous generation is not known`;
}

export default report({
  id: "old-generations",
  family: "cost",
  summary: "Tells which instances are of types that AWS calls previous generation",
  on: [sweep("cron(35 7 ? * 2#1 *)", { window: minutes(30) })],
  config: z.strictObject({
    except: z
      ._default(
        z.array(
          z
            .string()
            .check(
              z.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)?$/, "a family, like m3, or a type, like m3.large"),
            ),
        ),
        [],
      )
      .check(z.describe("Families (`m3`) or types (`m3.large`) that are to stay as they are.")),
  }),
  reads: [describeInstances, describeInstanceTypes],

  async *find({ read, config: { except } }): AsyncGenerator<AgedInstance> {
    const machines: Machine[] = [];
    for await (const instance of read(describeInstances({ Filters: [stillThere] }))) {
      const machine = machineOf(instance);
      const names = [machine.type, typeFamilyOf(machine.type)];
      if (!names.some((name) => except.includes(name))) machines.push(machine);
    }
    const old = await typesNamed(
      machines.map(({ type }) => type),
      read,
    );
    const aged = machines.filter(({ type }) => old.get(type)?.CurrentGeneration !== true);
    const isOld = ({ type }: Machine): boolean => old.get(type)?.CurrentGeneration === false;
    const previous = aged.filter(isOld);
    const successors = await successorsOf(new Set(previous.map(({ type }) => type)), read);
    const arm = previous.some(({ isLinux }) => isLinux) ? await armTypes(read) : [];
    const known = new Map<string, Newer>();
    for (const machine of aged) {
      if (!isOld(machine)) {
        yield { ...machine, newer: undefined };
        continue;
      }
      const kind = JSON.stringify([machine.type, machine.architecture, machine.isLinux]);
      const newer = known.get(kind) ?? newerThan(machine, { old, successors, arm });
      known.set(kind, newer);
      yield { ...machine, newer };
    }
  },

  tell(found: readonly AgedInstance[], { region }) {
    if (!found.length) return undefined;
    const old = found.flatMap(({ newer, ...machine }) => (newer ? [{ ...machine, newer }] : []));
    const unknown = found.filter(({ newer }) => !newer);
    const types = [...new Set(unknown.map(({ type }) => type || "one without a type"))];
    const stopped = old.filter(({ isStopped }) => isStopped).length;
    const managed = old.filter(({ manager }) => manager).length;
    return {
      title: titleOf(region, old.length, unknown.length),
      severity: "info",
      facts: {
        ...(unknown.length > 0 && {
          "not known": `${count(unknown.length, "instance")}: EC2 does not say in this region of which generation ${someOf(types)} ${types.length === 1 ? "is" : "are"}`,
        }),
        ...(stopped > 0 && { stopped: count(stopped, "instance") }),
        ...(managed > 0 && {
          managed: `${count(managed, "instance")}: change the template that they are made from, not them`,
        }),
        price:
          "what they cost, and what a newer type would, is not known here: compare both in the price list before you change one",
        "what AWS names": `by ${upgradePaths}, in the same size, where this region offers it. Graviton is a hint by cores and memory alone: its software must be there for arm64`,
        "not looked at":
          "launch templates and launch configurations that would make more of them; databases, caches and other services with types of their own",
      },
      table: {
        columns: ["type", "instances", "which", "managed by", "AWS names", "on Graviton"],
        rows: rowsOf(old),
      },
      affected: [...old, ...unknown].map(({ id }) => id),
    };
  },
});
