/**
 * What is compared of a restored database with what RDS says of its snapshot. No query is made: what
 * is in it is nobody's to know here.
 */
import type { DrillVerdict } from "../drill-told.ts";

/** What RDS says of the snapshot, and of the database that it is of. */
export interface BackedUpDatabase {
  readonly engine: string;
  readonly version: string | undefined;
  /** Nothing of Aurora, whose storage grows and shrinks by itself. */
  readonly gibibytes: number | undefined;
  /** The key that encrypts it; nothing where none does. */
  readonly key: string | undefined;
  /** The database's own parameter group; nothing where that is RDS's default one, or it is gone. */
  readonly parameters: string | undefined;
  /** The database's class; nothing where it is gone. */
  readonly class: string | undefined;
}

/** What was seen of the restored database. */
export interface SeenDatabase {
  /** As RDS calls it; `gone` where it took it away again. */
  readonly state: string;
  readonly version: string | undefined;
  readonly gibibytes: number | undefined;
  readonly key: string | undefined;
  readonly isPublic: boolean;
  readonly parameters: string | undefined;
  /** Where it is reached, from within its network. */
  readonly endpoint: string | undefined;
}

/** What RDS needs to be asked again about, for it is no answer yet. */
const passing = new Set([
  "backing-up",
  "converting-to-vpc",
  "creating",
  "maintenance",
  "migrating",
  "modifying",
  "moving-to-vpc",
  "promoting",
  "rebooting",
  "renaming",
  "resetting-master-credentials",
  "restoring",
  "starting",
  "storage-config-upgrade",
  "update-iam-db-auth",
  "updating",
  "upgrading",
]);

/** Restored, while its blocks still come. */
const ready = new Set(["available", "storage-initialization", "storage-optimization"]);

/** Whether a state is one that RDS itself ends. */
export const isPassingState = (state: string): boolean =>
  passing.has(state) || state.startsWith("configuring-");

const keyWhy =
  "RDS cannot use the snapshot's key: `aws kms describe-key`, and enable it where it is disabled";
const keyVerdict: DrillVerdict = { result: "bad", why: keyWhy };

/** Of states that no wait ends. */
const verdicts: Readonly<Record<string, DrillVerdict>> = {
  gone: {
    result: "bad",
    why: "RDS took the restored database away again, as it does where its key is disabled or rights are taken away meanwhile",
  },
  "inaccessible-encryption-credentials": keyVerdict,
  "inaccessible-encryption-credentials-recoverable": keyVerdict,
  "incompatible-network": {
    result: "unknown",
    why: "RDS found no room for it in the network of the settings (`incompatible-network`): look at the free addresses of its subnets",
  },
  "insufficient-capacity": {
    result: "unknown",
    why: "AWS had no room for a database of that class: name another `class`",
  },
};

function parametersVerdict({ class: original }: BackedUpDatabase, asked: string): DrillVerdict {
  if (asked === "original" || asked === original)
    return {
      result: "bad",
      why: "it does not start with the original's parameters (`incompatible-parameters`), in the original's class",
    };
  return {
    result: "unknown",
    why: `it does not start with the original's parameters in ${asked} (\`incompatible-parameters\`): set \`class\` to original`,
  };
}

export const isReadyState = (state: string): boolean => ready.has(state);

/** @returns nothing where it is there, and can be looked at */
function stateVerdict(
  { state }: SeenDatabase,
  of: BackedUpDatabase,
  asked: string,
): DrillVerdict | undefined {
  if (isReadyState(state)) return undefined;
  if (isPassingState(state))
    return { result: "unknown", why: `RDS was still at it (${state}) when nobody waited any more` };
  if (state === "incompatible-parameters") return parametersVerdict(of, asked);
  return verdicts[state] ?? { result: "bad", why: `the restored database is ${state}` };
}

const differs = (what: string, is: unknown, wanted: unknown): string[] =>
  wanted === undefined || is === wanted
    ? []
    : [`its ${what} is ${is ?? "none"} in place of ${wanted}`];

/** What a backup must bring back by itself. */
function lackingIn({ gibibytes, key }: SeenDatabase, of: BackedUpDatabase): string[] {
  const isSmaller = of.gibibytes !== undefined && (gibibytes ?? 0) < of.gibibytes;
  const size = isSmaller ? [`it has ${gibibytes ?? 0} GiB in place of ${of.gibibytes}`] : [];
  return [...size, ...differs("key", key, of.key)];
}

/** What RDS may change on its own account: a version that it no longer offers it upgrades. */
const othersIn = ({ version, parameters }: SeenDatabase, of: BackedUpDatabase): string[] => [
  ...differs("engine version", version, of.version),
  ...differs("parameter group", parameters, of.parameters),
];

/**
 * @param asked the class that it was restored as; `original`: the database's own
 * @param missing the parameter group that it has, where RDS knows none of that name
 */
export function databaseVerdict(
  seen: SeenDatabase,
  of: BackedUpDatabase,
  { asked, missing }: { readonly asked: string; readonly missing?: string | undefined },
): DrillVerdict {
  const state = stateVerdict(seen, of, asked);
  if (state) return state;
  if (seen.isPublic)
    return { result: "unknown", why: "it is publicly accessible, and was restored not to be" };
  if (missing !== undefined)
    return { result: "bad", why: `RDS knows no parameter group ${missing}, which it needs` };
  const lacking = lackingIn(seen, of);
  if (lacking.length) return { result: "bad", why: lacking.join("; ") };
  const others = othersIn(seen, of);
  if (others.length) return { result: "unknown", why: others.join("; ") };
  const size = of.gibibytes === undefined ? "" : `, ${of.gibibytes} GiB`;
  const key = of.key === undefined ? "not encrypted, as its snapshot" : "encrypted by its key";
  return { result: "good", why: `${seen.state}, ${of.engine} ${of.version ?? ""}${size}, ${key}` };
}
