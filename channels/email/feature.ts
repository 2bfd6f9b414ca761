import * as z from "zod/mini";
import { channelFeature, type Granting, type Reachable } from "../../settings/feature.ts";
import type { AnyChannelSetting } from "../../settings/sections.ts";
import type { Statement } from "../../settings/statements.ts";
import type { EmailSetting } from "./setting.ts";

declare module "../../settings/sections.ts" {
  interface ChannelKinds {
    readonly email: EmailSetting;
  }
}

const isEmail = (setting: AnyChannelSetting): setting is EmailSetting => setting.kind === "email";
const domainOf = (address: string): string => address.slice(address.indexOf("@") + 1);

/** SES knows the address or its domain as an identity: either may be the one that it has verified. */
function mayMail({ manifest, owner }: Granting): readonly Statement[] {
  const { channels, home } = manifest.settings;
  const addresses = Object.values(channels)
    .filter(isEmail)
    .map(({ from }) => from.replace(/^.*<|>.*$/g, ""));
  const identities = new Set(addresses.flatMap((address) => [address, domainOf(address)]));
  if (identities.size === 0) return [];
  return [
    {
      Sid: "SendMail",
      Effect: "Allow",
      Action: ["ses:SendEmail", "ses:SendRawEmail"],
      Resource: [...identities].map(
        (name) => `arn:${owner.partition}:ses:${home}:${owner.account}:identity/${name}`,
      ),
    },
  ];
}

function* problems(
  { to }: EmailSetting,
  { called, people }: Reachable,
): Generator<readonly [field: string, remedy: string]> {
  if (to) return;
  if (called.size === 0)
    yield [
      "to",
      "is absent, so that whoever is called gets the mail, and nobody is called: name addresses, or rotations under onCall",
    ];
  const unreachable = [...called].filter((person) => people[person] && !people[person].email);
  if (unreachable.length === 0) return;
  const have = unreachable.length === 1 ? "has" : "have";
  yield [
    "to",
    `is absent, so that whoever is called gets the mail, and ${unreachable.join(", ")} ${have} no email: add it under people, or name addresses here`,
  ];
}

export default channelFeature<EmailSetting>(
  {
    kind: "email",
    schema: z.strictObject({
      kind: z.literal("email"),
      from: z.email(),
      to: z.optional(z.array(z.email()).check(z.minLength(1))),
    }),
    secrets: () => [],
    problems,
  },
  { grants: { deliver: mayMail } },
);
