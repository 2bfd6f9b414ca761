/**
 * The channels of the settings: whether their secrets are there, and whether each takes a test
 * message.
 */

import type { Clients } from "../../engine/run/clients.ts";
import { count } from "../../sdk/counted.ts";
import { namesOf } from "../../settings/names.ts";
import { type SecretPlace, type SecretRef, secretPlace } from "../../settings/secret-ref.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { CallerAccount } from "../place/account.ts";
import { invokeFunction } from "../place/there.ts";
import { type DoctorCheck, ill, looked, well } from "./check.ts";

type Channels = Pick<ParsedSettings, "channels" | "home" | "deployment">;

const isRef = (value: unknown): value is SecretRef =>
  typeof value === "string" && /^(secretsmanager:|ssm:\/)/.test(value);
const placeText = ({ service, name }: SecretPlace): string => `${service}:${name}`;

/** Asks whether it is there, never what it is. */
async function isThere(
  clients: Clients,
  home: string,
  { service, name }: SecretPlace,
): Promise<boolean> {
  try {
    if (service === "ssm") {
      const { GetParameterCommand, SSMClient } = await import("@aws-sdk/client-ssm");
      await (clients.get(SSMClient, home) as InstanceType<typeof SSMClient>).send(
        new GetParameterCommand({ Name: name, WithDecryption: false }),
      );
      return true;
    }
    const { DescribeSecretCommand, SecretsManagerClient } = await import(
      "@aws-sdk/client-secrets-manager"
    );
    const { DeletedDate } = await (
      clients.get(SecretsManagerClient, home) as InstanceType<typeof SecretsManagerClient>
    ).send(new DescribeSecretCommand({ SecretId: name }));
    return DeletedDate === undefined;
  } catch (error) {
    if (
      error instanceof Error &&
      (error.name === "ParameterNotFound" || error.name === "ResourceNotFoundException")
    )
      return false;
    throw error;
  }
}

/** From a file, so that it stays out of the shell's history. */
const making = ({ service, name }: SecretPlace, home: string): string =>
  service === "ssm"
    ? `\`aws ssm put-parameter --region ${home} --type SecureString --name ${name} --value file://FILE\``
    : `\`aws secretsmanager create-secret --region ${home} --name ${name} --secret-string file://FILE\``;

/** Whether the secrets that channels name are there. */
export async function channelSecrets(
  { channels, home }: Channels,
  clients: Clients,
): Promise<DoctorCheck> {
  const users = new Map<string, { readonly place: SecretPlace; readonly of: Set<string> }>();
  for (const [channel, setting] of Object.entries(channels))
    for (const ref of Object.values(setting).filter(isRef)) {
      const place = secretPlace(ref);
      const user = users.get(placeText(place)) ?? { place, of: new Set<string>() };
      user.of.add(channel);
      users.set(placeText(place), user);
    }
  const all = [...users.values()];
  const there = await Promise.all(all.map(({ place }) => isThere(clients, home, place)));
  const absent = all.filter((_, at) => !there[at]);
  if (absent.length) {
    const needed = absent.map(
      ({ place, of }) => `${placeText(place)}, which ${[...of].join(" and ")} needs`,
    );
    const remedies = absent.map(({ place }) => making(place, home));
    return ill(
      "secrets",
      `not in ${home}: ${needed.join("; ")}`,
      `put them there; docs/channels.md says what each holds:\n${remedies.join("\n")}`,
    );
  }
  const secrets = `${count(all.length, "secret")} of the channels`;
  return well("secrets", all.length ? secrets : "the channels need none");
}

interface Answer {
  readonly checked: readonly {
    readonly channel: string;
    readonly taken: boolean;
    readonly why?: string;
  }[];
}

/** A test message through every channel, by the function that always sends: one check for each. */
export async function tryChannels(
  settings: Channels,
  account: CallerAccount,
): Promise<DoctorCheck[]> {
  const { channels, home } = settings;
  const wanted = Object.keys(channels);
  if (!wanted.length) return [well("test of channels", "the settings name none")];
  if (account.loopback) return [well("test of channels", "not deployed here")];
  let answer: Answer | undefined;
  const asked = await looked("test of channels", async () => {
    answer = (await invokeFunction("deliver", { kind: "check" }, settings, account)) as Answer;
    return well("test of channels", "asked");
  });
  if (!answer) return [asked];
  const { checked } = answer;
  return wanted.map((channel) => {
    const check = `channel ${channel}`;
    const one = checked.find((each) => each.channel === channel);
    if (!one) return ill(check, "the deployed settings do not have it", "run `npm run deploy`");
    return one.taken
      ? well(check, "took a test message, and one that says that the test is over")
      : ill(
          check,
          `did not take the test message: ${one.why ?? "it does not say why"}`,
          `mend it (docs/channels.md says what it needs); the log group is ${namesOf(settings).logGroup("deliver")} in ${home}. Until then its messages go to the route's fallback`,
        );
  });
}
