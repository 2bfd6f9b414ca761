/**
 * Keeps parameters of Systems Manager at the certificates that secrets hold, for servers that take
 * their configuration from there: what a renewal or an export has made a secret's current version is
 * put into the parameter too, and so is the version before, where that is made current again.
 * Secrets Manager stays where keys are made and kept. Key and certificate change hands together: they
 * are one value, put by one request.
 */
import type { ParameterMetadata } from "@aws-sdk/client-ssm";
import { describeSecret } from "../../../aws/secretsmanager/secret.ts";
import { listTagsForSsmResource } from "../../../aws/ssm/certificate-parameter.ts";
import { describeParameters } from "../../../aws/ssm/parameter.ts";
import { regionIn } from "../../../sdk/arn.ts";
import { automation } from "../../../sdk/automation.ts";
import { CannotJudge } from "../../../sdk/errors.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type CurrentVersion, currentVersion } from "../current-version.ts";
import { mirroredIn, parameterNamed, parameterOf } from "../mirrored-parameter.ts";
import { type MirroredSecret, mirrorConfig } from "./config.ts";
import { isUnder, mirrorAgain, mirrorFirst } from "./parameter.ts";

const reads = [describeSecret, describeParameters, listTagsForSsmResource] as const;

/** A secret of the settings, and the parameter that is to hold what it holds. */
export interface MirroredPair {
  /** Of the parameter. */
  readonly name: string;
  readonly wanted: MirroredSecret;
  readonly current: Omit<CurrentVersion, "changed"> | undefined;
  /** Absent where there is none. */
  readonly parameter: ParameterMetadata | undefined;
}

/** Why it is to be put, or nothing. */
function whyNot({ name, wanted, parameter }: MirroredPair, serial: string): string | undefined {
  const { secret, chain, kmsKey } = wanted;
  if (!parameter) return `there is no ${name} yet, and ${secret} has the certificate ${serial}`;
  const is = mirroredIn(parameter);
  if (is.serial === null) return `${secret} has ${serial}, and ${name} what was not put from here`;
  if (is.serial !== serial)
    return `${secret} has the certificate ${serial}, and ${name} ${is.serial}`;
  if (is.chain !== chain) return `its chain is ${is.chain}, and the settings want it ${chain}`;
  if (isUnder(parameter, kmsKey)) return undefined;
  return `it is encrypted by ${parameter.KeyId ?? "another key"}, and the settings want ${kmsKey}`;
}

export default automation({
  id: "mirror-certificates",
  family: "certificates",
  summary: "Puts renewed certificates of secrets into parameters that servers take them from",
  on: [sweep("cron(30 * * * ? *)", { window: minutes(5) })],
  config: mirrorConfig,
  reads,
  writes: [mirrorFirst, mirrorAgain],
  lost: [
    "A key that was read from its parameter by others cannot be taken back from them: undo gives readers what was there before, and revokes nothing.",
  ],

  async *find({ read, only, region, config: { certificates } }) {
    for (const wanted of certificates) {
      const name = parameterOf(wanted);
      if (regionIn(wanted.kmsKey) !== region || (only && !only.includes(name))) continue;
      const [current, parameter] = await Promise.all([
        currentVersion(read, wanted.secret),
        parameterNamed(read, name),
      ]);
      yield { name, wanted, current, parameter } satisfies MirroredPair;
    }
  },

  target: ({ name }: MirroredPair) => ({ id: name, tags: undefined }),
  tags: async ({ name, parameter }, { read }) => {
    if (!parameter) return [];
    const asked = { ResourceType: "Parameter", ResourceId: name } as const;
    return (await read(listTagsForSsmResource(asked)))?.TagList ?? [];
  },
  state: ({ parameter }) =>
    parameter ? { ...mirroredIn(parameter), key: parameter.KeyId ?? null } : null,
  becomes: ({ current, wanted: { chain, kmsKey } }) => ({
    ...{ serial: current?.serial ?? null, chain, key: kmsKey },
  }),

  propose(found, { region }) {
    const { name, wanted, current, parameter } = found;
    const { secret, kmsKey, chain, advanced } = wanted;
    if (!current)
      throw new CannotJudge(
        `there is no secret ${secret} in ${region}, where the \`kmsKey\` of its entry lies, or it holds nothing: name one that is written there`,
      );
    const { serial, version } = current;
    if (serial === null)
      throw new CannotJudge(
        `${secret} holds no certificate that a renewal or an export of Nightshift has put there: name the secret that one of them is for`,
      );
    if (parameter && parameter.Type !== "SecureString")
      throw new CannotJudge(
        `${name} is a ${parameter.Type}, whose value everyone may read that may read parameters, and SSM changes no kind: delete it, or give the secret another name`,
      );
    const because = whyNot(found, serial);
    if (because === undefined) return;
    const order = { name, secret, version, serial, kmsKey, chain, advanced };
    if (!parameter) return { because, call: mirrorFirst(order) };
    const former = {
      ...mirroredIn(parameter),
      version: parameter.Version ?? 0,
      kmsKey: parameter.KeyId ?? kmsKey,
    };
    return { because, call: mirrorAgain({ ...order, former }) };
  },
});
