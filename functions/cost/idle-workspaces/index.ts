/**
 * Tells which WorkSpaces nobody has been connected to for weeks, by what AWS says of the last
 * connection that it knows. A desktop holds what its user kept on it, and none that was deleted comes
 * back: so this tells, and changes nothing. Pools of WorkSpaces are not judged. A region that has no
 * WorkSpaces, so that their host has no name there, has none that idle.
 */
import type { Workspace, WorkspaceConnectionStatus } from "@aws-sdk/client-workspaces";
import * as z from "zod/mini";
import {
  describeWorkspaces,
  describeWorkspacesConnectionStatus,
} from "../../../aws/workspaces/workspace.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { count } from "../../../sdk/counted.ts";
import { hasNoHost } from "../../../sdk/errors.ts";
import { report } from "../../../sdk/report.ts";
import { before, days, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";

/** A desktop that nobody is known to have been connected to. */
export interface IdleWorkspace {
  readonly id: string;
  readonly user: string;
  readonly directory: string;
  /** Like `STANDARD`; empty: AWS does not say. */
  readonly kind: string;
  /** How it runs, and so how it is paid for: `ALWAYS_ON`. */
  readonly runs: string;
  /** `never`: none is known since it was made. `unknown`: AWS told nothing of its connections. */
  readonly last: Date | "never" | "unknown";
}

/** A call takes so many. */
const idsAtOnce = 25;

/** On their way in or out, or the administrator's. */
const passing: readonly (string | undefined)[] = [
  ...["PENDING", "REBUILDING", "RESTORING", "UPDATING", "ADMIN_MAINTENANCE"],
  ...["TERMINATING", "TERMINATED"],
];

/** @see https://docs.aws.amazon.com/workspaces/latest/adminguide/running-mode.html */
const paidBy: Readonly<Record<string, string>> = {
  ALWAYS_ON: "by the month",
  AUTO_STOP: "its disks by the month, and each hour that it runs",
};

function lastOf(status: WorkspaceConnectionStatus | undefined): IdleWorkspace["last"] {
  if (!status || status.ConnectionState === "UNKNOWN") {
    return status?.LastKnownUserConnectionTimestamp ?? "unknown";
  }
  return status.LastKnownUserConnectionTimestamp ?? "never";
}

const rowOf = (workspace: Workspace, last: IdleWorkspace["last"]): IdleWorkspace => ({
  id: workspace.WorkspaceId ?? "",
  user: workspace.UserName ?? "",
  directory: workspace.DirectoryId ?? "",
  kind: workspace.WorkspaceProperties?.ComputeTypeName ?? "",
  runs: workspace.WorkspaceProperties?.RunningMode ?? "",
  last,
});

/** The longest ago first; those that never were before them all. */
const order = ({ last }: IdleWorkspace): number => (last instanceof Date ? last.getTime() : 0);

const lastInWords = (last: IdleWorkspace["last"]): string =>
  last instanceof Date ? last.toISOString().slice(0, 10) : last;

const reads = [describeWorkspaces, describeWorkspacesConnectionStatus] as const;
type Read = Reader<typeof reads>;

/** Those that are asked for; in a region without the service none. */
async function desktopsIn(read: Read, except: readonly string[]): Promise<Workspace[]> {
  const spared = new Set(except);
  const all: Workspace[] = [];
  try {
    for await (const workspace of read(describeWorkspaces({}))) {
      const { WorkspaceId = "", UserName = "", DirectoryId = "", State } = workspace;
      const isSpared = [WorkspaceId, UserName, DirectoryId].some((name) => spared.has(name));
      if (!isSpared && !passing.includes(State)) all.push(workspace);
    }
  } catch (error) {
    if (!hasNoHost(error)) throw error;
  }
  return all;
}

export default report({
  id: "idle-workspaces",
  family: "cost",
  summary: "Tells which WorkSpaces nobody has been connected to for weeks",
  on: [sweep("cron(25 7 ? * MON *)", { window: minutes(30) })],
  config: z.strictObject({
    days: z
      ._default(z.int().check(z.gte(1), z.lte(365)), 30)
      .check(z.describe("How long nobody must have been connected.")),
    except: z
      ._default(z.array(z.string().check(z.minLength(1))), [])
      .check(z.describe("Users, directories or ids of WorkSpaces that are not told.")),
  }),
  reads,

  async *find({ read, now, config: { days: number, except } }): AsyncGenerator<IdleWorkspace> {
    const all = await desktopsIn(read, except);
    const earliest = before(now, days(number));
    for (const some of chunks(all, idsAtOnce)) {
      const WorkspaceIds = some.flatMap(({ WorkspaceId }) => WorkspaceId ?? []);
      const { WorkspacesConnectionStatus: told = [] } = await read(
        describeWorkspacesConnectionStatus({ WorkspaceIds }),
      );
      const byId = new Map(told.map((status) => [status.WorkspaceId, status]));
      for (const workspace of some) {
        const status = byId.get(workspace.WorkspaceId);
        const last = lastOf(status);
        if (status?.ConnectionState === "CONNECTED") continue;
        if (!(last instanceof Date) || last < earliest) yield rowOf(workspace, last);
      }
    }
  },

  tell(found: readonly IdleWorkspace[], { region, config: { days: number } }) {
    const idle = found.filter(({ last }) => last !== "unknown");
    const unknown = found.length - idle.length;
    if (!idle.length) return undefined;
    const never = idle.filter(({ last }) => last === "never").length;
    const hourly = idle.filter(({ runs }) => runs === "AUTO_STOP").length;
    return {
      title: `Nobody has been connected to ${count(idle.length, "WorkSpace")} in ${region} for ${count(number, "day")}`,
      severity: "info",
      facts: {
        ...(never > 0 && {
          never: `${count(never, "WorkSpace")}: AWS knows of no connection, and does not say since when they are there; new ones may be among them`,
        }),
        ...(unknown > 0 && {
          "not known": `${count(unknown, "WorkSpace")}: AWS told nothing of their connections; they are not in the table`,
        }),
        price: `what they cost is not known here${hourly ? `; ${count(hourly, "WorkSpace")} with the running mode AUTO_STOP ${hourly === 1 ? "costs" : "cost"} little more than the disks` : ""}`,
        "what to do":
          "Ask the user, or whoever has the user's place now. What is needed now and then costs less with the running mode AUTO_STOP. Save what is on it first: one that is deleted does not come back",
      },
      table: {
        columns: ["WorkSpace", "user", "directory", "kind", "paid for", "last connection"],
        rows: idle
          .toSorted((a, b) => order(a) - order(b))
          .map(({ id, user, directory, kind, runs, last }) => [
            ...[id, user, directory, kind || "not known", paidBy[runs] ?? "not known"],
            lastInWords(last),
          ]),
      },
      affected: idle.map(({ id }) => id),
    };
  },
});
