/**
 * Starts rotations of secrets that are overdue. Secrets Manager starts them by itself, tries again a
 * few times where one fails, and then leaves it: the next is due when the next is due, and nobody
 * hears of it who has no alarm on that. One that has begun and does not finish is not started again,
 * which Secrets Manager refuses too: it is told, with the last error of its function.
 */
import type { RotationRulesType, SecretListEntry } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { filterLogEvents } from "../../../aws/logs/event.ts";
import { listSecrets, rotateSecret } from "../../../aws/secretsmanager/rotation.ts";
import { describeSecret } from "../../../aws/secretsmanager/secret.ts";
import { automation } from "../../../sdk/automation.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { after, before, days, hours, minutes } from "../../../sdk/time.ts";
import { type Reader, sweep } from "../../../sdk/unit.ts";
import { functionsError } from "./failure.ts";

const reads = [listSecrets, describeSecret, filterLogEvents] as const;
type Read = Reader<typeof reads>;

const config = z.strictObject({
  graceHours: z
    ._default(z.int().check(z.gte(1), z.lte(24 * 30)), 24)
    .check(
      z.describe(
        "Hours after the moment when a rotation was due at the latest, from which it is overdue: Secrets Manager tries again by itself meanwhile.",
      ),
    ),
});

/** A secret that is rotated, with what came in between. */
export interface RotatedSecret {
  readonly id: string;
  readonly name: string;
  readonly tags: NonNullable<SecretListEntry["Tags"]>;
  readonly due: Date;
  readonly last: Date | undefined;
  /** The service that keeps it, where that is none of ours. */
  readonly owner: string | undefined;
  /** Why the rotation that has begun does not finish; absent where none has. */
  readonly unfinished: string | undefined;
}

/** What of a listed secret and of a described one is read alike. */
type Rotating = Pick<
  SecretListEntry,
  | "ARN"
  | "Name"
  | "Tags"
  | "RotationEnabled"
  | "RotationLambdaARN"
  | "RotationRules"
  | "LastRotatedDate"
  | "NextRotationDate"
  | "OwningService"
  | "PrimaryRegion"
  | "DeletedDate"
> & { readonly versions: Readonly<Record<string, readonly string[]>> };

/** As Secrets Manager says; where it does not, by the secret's own rule. */
function dueAt({ NextRotationDate, LastRotatedDate, RotationRules }: Rotating): Date | undefined {
  if (NextRotationDate) return NextRotationDate;
  const { AutomaticallyAfterDays: every }: RotationRulesType = RotationRules ?? {};
  return LastRotatedDate && every ? after(LastRotatedDate, days(every)) : undefined;
}

/** The version that a rotation makes has this label until it is the current one. */
const isUnfinished = ({ versions }: Rotating): boolean =>
  Object.values(versions).some(
    (stages) => stages.includes("AWSPENDING") && !stages.includes("AWSCURRENT"),
  );

interface Looking {
  readonly read: Read;
  readonly region: string;
  readonly now: Date;
  readonly graceHours: number;
}

const isOverdue = (due: Date, { now, graceHours }: Pick<Looking, "now" | "graceHours">): boolean =>
  due < before(now, hours(graceHours));

async function rotatedOf(
  secret: Rotating,
  { read, region, ...time }: Looking,
): Promise<RotatedSecret | undefined> {
  const {
    ARN: id = "",
    Name: name = id,
    Tags: tags = [],
    PrimaryRegion,
    RotationLambdaARN,
  } = secret;
  const due = dueAt(secret);
  // A copy is rotated where it comes from.
  const isCopy = PrimaryRegion !== undefined && PrimaryRegion !== region;
  if (!secret.RotationEnabled || !due || isCopy || secret.DeletedDate) return undefined;
  const stuck = isOverdue(due, time) && isUnfinished(secret);
  const why = async () =>
    RotationLambdaARN
      ? functionsError(read, RotationLambdaARN, due)
      : `${secret.OwningService ?? "the service that owns it"} rotates it, and says nothing here`;
  return {
    ...{ id, name, tags, due, last: secret.LastRotatedDate, owner: secret.OwningService },
    unfinished: stuck ? await why() : undefined,
  };
}

async function* secretsOf(
  read: Read,
  only: readonly string[] | undefined,
): AsyncGenerator<Rotating> {
  if (!only) {
    for await (const listed of read(listSecrets({})))
      yield { ...listed, versions: listed.SecretVersionsToStages ?? {} };
    return;
  }
  for (const SecretId of only) {
    const found = await read(describeSecret({ SecretId }));
    if (found) yield { ...found, versions: found.VersionIdsToStages ?? {} };
  }
}

const day = (at: Date): string => at.toISOString().slice(0, 10);

export default automation({
  id: "rotate-secrets",
  family: "certificates",
  summary: "Starts rotations of secrets that are overdue, and tells why others do not finish",
  on: [sweep("cron(40 4 * * ? *)", { window: minutes(30) })],
  config,
  reads,
  writes: [rotateSecret],
  lost: [
    "A rotated secret has a new value: whoever keeps the old one, and does not ask for it again, is refused.",
  ],

  async *find({ read, only, region, now, config: { graceHours } }) {
    for await (const secret of secretsOf(read, only)) {
      const rotated = await rotatedOf(secret, { read, region, now, graceHours });
      if (rotated) yield rotated;
    }
  },

  target: ({ id, tags, owner }: RotatedSecret) => ({ id, tags, managed: owner }),
  name: ({ name }) => name,
  state: ({ due, last }) => ({ due, last: last ?? null }),
  becomes: () => ({ due: "later", last: "now" }),

  propose({ id, name, due, last, unfinished }, { now, config: { graceHours } }) {
    if (!isOverdue(due, { now, graceHours })) return;
    const since = last ? `was rotated last on ${day(last)}` : "was never rotated";
    if (unfinished !== undefined)
      throw new CannotJudge(
        `${name} ${since}, was due by ${day(due)}, and its rotation has begun and does not finish: ${unfinished}. Mend the function and start it again (aws secretsmanager rotate-secret --secret-id ${id}); to begin with a new value, take the label AWSPENDING away first (update-secret-version-stage)`,
      );
    return {
      because: `its rotation was due by ${day(due)}, and it ${since}`,
      call: rotateSecret({ SecretId: id }),
    };
  },
});
