/** What can be restored, from when, and what that makes. */
import type { Described, Write } from "../../sdk/call.ts";
import { NotPossible } from "../../sdk/errors.ts";

/** A moment that something can be brought back to. */
export interface RestorePoint {
  /** What `--at` names it by. */
  readonly id: string;
  readonly at: Date;
  /** Of a window: any time from `at` until then may be asked for. */
  readonly until?: Date;
  /** `set of volume-backups`, `snapshot of RDS`: whose it is. */
  readonly what: string;
  readonly makes: string;
  /** What a drill has found out, or that none has. */
  readonly proof: string;
  /** Why it cannot be restored from. */
  readonly refusal?: string;
}

/** One thing that is made, with what makes it. */
export interface RestoreStep {
  readonly words: string;
  readonly write: Write;
  readonly call: Pick<Described, "operation" | "input">;
  /** Goes to AWS with the rest of the input, and is shown nowhere: there may be secrets in it. */
  readonly unshown?: object;
  /** @returns its id, from what AWS has answered */
  made(output: unknown): string;
}

/** Commands for a shell. */
export interface Switching {
  readonly next: readonly string[];
  readonly back: readonly string[];
  /** Takes away what was restored. */
  readonly remove: readonly string[];
}

/** What is not made in AWS, but fetched to where the command line runs. */
export interface RestoreFetch {
  readonly words: string;
  /** @returns paths of what was fetched */
  all(): Promise<readonly string[]>;
}

export interface RestorePlan {
  readonly point: RestorePoint;
  readonly steps: readonly RestoreStep[];
  readonly fetch?: RestoreFetch;
  /** In words, `unknown` where it is. */
  readonly cost: string;
  /** What people must know before. */
  readonly notes: readonly string[];
  /** @param made ids, in the order of the steps */
  switching(made: readonly string[]): Switching;
}

/** How an instance is to be made, where not as the original is. */
export interface InstanceWishes {
  readonly type?: string;
  readonly subnet?: string;
  readonly group?: readonly string[];
  readonly publicAddress?: boolean;
  /** Whether it runs the original's user data, as at that one's first start. */
  readonly userData?: boolean;
}

/** What is asked for: `name` is of what is made. */
export interface RestoreWish {
  readonly point: RestorePoint;
  /** Within a window. */
  readonly time?: Date;
  readonly name?: string;
  readonly instance?: InstanceWishes;
}

export interface Restorable {
  readonly points: readonly RestorePoint[];
  /** Why there may be points that are not among them. */
  readonly unseen?: string;
  plan(wish: RestoreWish): Promise<RestorePlan>;
}

export const newestGoodFirst = (points: readonly RestorePoint[]): RestorePoint[] =>
  points.toSorted(
    (a, b) =>
      Number(a.refusal !== undefined) - Number(b.refusal !== undefined) ||
      Number(b.until ?? b.at) - Number(a.until ?? a.at),
  );

export const notDrilled = "never drilled";

/** What `--at` names a window by. */
const windowId = "window";

/** All that a service can bring it back to by itself. */
export const pointInTime = (at: Date, until: Date, kind: string): RestorePoint => ({
  id: windowId,
  at,
  until,
  what: "point in time: any time in it, as --at TIME",
  makes: `a ${kind}, as it was then`,
  proof: notDrilled,
});

/** `20261121-0105`: for names that nothing else has. */
export const stampOf = (at: Date): string =>
  at.toISOString().slice(0, 16).replace(/[-:]/g, "").replace("T", "-");

type Tag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** Tags of AWS's and of ours say what the original is, not what is made of its backup. */
const isOwn = ({ Key = "" }: Tag): boolean =>
  !Key.startsWith("aws:") && !Key.startsWith("nightshift:");

/**
 * On what is made: the original's own tags, what it is, and of what.
 * @param point the backup, or the moment
 */
export function tagsOfRestored(of: string, point: string, tags: readonly Tag[] = []) {
  const ours = { "nightshift:restored-of": of, "nightshift:restored-from": point };
  const own = tags.filter(isOwn).map(({ Key, Value }) => ({ Key, Value }));
  return [...own, ...Object.entries(ours).map(([Key, Value]) => ({ Key, Value }))];
}

/** The moment that is asked for, or the backup. */
export const pointIn = ({ point, time }: RestoreWish): string => time?.toISOString() ?? point.id;

/**
 * @param taken what has the name already
 * @throws {NotPossible} nothing is restored over what is there
 */
export function assertFree(kind: string, into: string, taken: readonly unknown[]): void {
  if (taken.length)
    throw new NotPossible(
      `there is a ${kind} ${into} already: give another name with --name, nothing is restored over it`,
    );
}

/** @throws {NotPossible} where a point holds nothing to restore from */
export function assertUsable({ id, refusal }: RestorePoint): void {
  if (refusal !== undefined) throw new NotPossible(`${id} cannot be restored from: ${refusal}`);
}
