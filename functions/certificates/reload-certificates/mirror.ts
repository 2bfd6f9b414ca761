/** What the parameter of a secret has, where servers take their certificate from there. */
import type { Command, ParameterMetadata } from "@aws-sdk/client-ssm";
import type { describeParameters } from "../../../aws/ssm/parameter.ts";
import { after, hours } from "../../../sdk/time.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { CurrentVersion } from "../current-version.ts";
import { mirroredIn, parameterNamed, parameterOf } from "../mirrored-parameter.ts";
import type { ServedSecret } from "./config.ts";

/** What a parameter has of its secret. */
export interface Mirror {
  /** Whether it has what the secret has. */
  readonly isSo: boolean;
  /** It has had the time for it, and has another one or nothing. */
  readonly late: string | undefined;
  /** When it was last put: who read it before has read something else. */
  readonly since: Date | undefined;
  /** SSM's own number. */
  readonly version: number;
}

/** What it is to have, and since when. */
export interface MirrorTime {
  readonly current: CurrentVersion | undefined;
  readonly now: Date;
  readonly mirrorHours: number;
}

function lateWords({ secret }: ServedSecret, serial: string, is: ParameterMetadata | undefined) {
  const name = parameterOf({ secret });
  const has = is ? (mirroredIn(is).serial ?? "what nobody of ours put there") : "not there";
  const what = is ? `still has ${has}` : `is ${has}`;
  return `${secret} has the certificate ${serial}, and ${name}, which servers take it from, ${what}: \`npx nightshift plan mirror-certificates\` says why. No server is told before`;
}

/** @returns nothing where servers read the secret itself */
export async function mirrorOf(
  read: Reader<readonly [typeof describeParameters]>,
  served: ServedSecret,
  { current, now, mirrorHours }: MirrorTime,
): Promise<Mirror | undefined> {
  if (served.from !== "parameter" || !current?.serial) return undefined;
  const { serial, changed } = current;
  const is = await parameterNamed(read, parameterOf(served));
  const isSo = is !== undefined && mirroredIn(is).serial === serial;
  const isLate = !isSo && !(changed && after(changed, hours(mirrorHours)) > now);
  return {
    isSo,
    late: isLate ? lateWords(served, serial, is) : undefined,
    since: is?.LastModifiedDate,
    version: is?.Version ?? 0,
  };
}

/** When it was sent. */
export const momentOf = ({ RequestedDateTime }: Command): number =>
  RequestedDateTime?.getTime() ?? 0;

/** SSM says when a command was asked for to the second. */
const isSince = (command: Command, { since }: Mirror): boolean =>
  momentOf(command) >= Math.floor((since?.getTime() ?? 0) / 1000) * 1000;

/** What counts of what was told: who read the parameter before it was put has read another one. */
export const counting = (
  told: readonly Command[],
  mirror: Mirror | undefined,
): readonly Command[] => (mirror ? told.filter((command) => isSince(command, mirror)) : told);
