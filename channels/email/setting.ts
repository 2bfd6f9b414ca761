import * as z from "zod/mini";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { Owner, Statement } from "../../settings/statements.ts";
import { declareChannel, type Reachable } from "../declaration.ts";

/** Amazon SES, from an address that it has verified. */
export interface EmailSetting {
  readonly kind: "email";
  readonly from: string;
  /** Addresses; whoever is called where absent. */
  readonly to?: readonly string[] | undefined;
}

/** `Nightshift <night@example.com>` is `night@example.com`. */
const addressIn = (from: string): string =>
  from.slice(from.lastIndexOf("<") + 1).split(">", 1)[0] ?? "";
const domainOf = (address: string): string => address.slice(address.indexOf("@") + 1);

/**
 * SES knows the address or its domain as an identity: either may be the one that it has verified.
 * A domain's identity would do for each address of it, so the sender is named too.
 */
function mayMail(
  settings: readonly EmailSetting[],
  { home }: Pick<ParsedSettings, "home">,
  { partition, account }: Owner,
): readonly Statement[] {
  const addresses = settings.map(({ from }) => addressIn(from));
  const identities = new Set(addresses.flatMap((address) => [address, domainOf(address)]));
  if (identities.size === 0) return [];
  return [
    {
      Sid: "SendMail",
      Effect: "Allow",
      Action: ["ses:SendEmail", "ses:SendRawEmail"],
      Resource: [...identities].map(
        (name) => `arn:${partition}:ses:${home}:${account}:identity/${name}`,
      ),
      Condition: { StringEquals: { "ses:FromAddress": [...new Set(addresses)] } },
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

export default declareChannel<EmailSetting>({
  kind: "email",
  schema: z.strictObject({
    kind: z.literal("email"),
    from: z.email(),
    to: z.optional(z.array(z.email()).check(z.minLength(1))),
  }),
  secrets: () => [],
  sends: mayMail,
  problems,
});
