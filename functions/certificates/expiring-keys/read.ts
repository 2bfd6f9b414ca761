/** Reads what expires beside certificates, each kind by itself. */
import type { KeyMetadata } from "@aws-sdk/client-kms";
import type { DomainSummary } from "@aws-sdk/client-route-53-domains";
import { getSAMLProvider, listSAMLProviders } from "../../../aws/iam/saml-provider.ts";
import { describeKey, listGrants, listKeys } from "../../../aws/kms/key.ts";
import { listDomains } from "../../../aws/route53domains/domain.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { inOneLine, isDenied } from "../../../sdk/errors.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { Expiring, NotLookedAt } from "../expires.ts";
import { endOfProvider } from "./saml.ts";
import { signInReads } from "./sign-in.ts";
import { signingReads } from "./signing-keys.ts";

export const keyReads = [
  listKeys,
  describeKey,
  listGrants,
  listSAMLProviders,
  getSAMLProvider,
  listDomains,
  ...signInReads,
  ...signingReads,
] as const;
type Read = Reader<typeof keyReads>;

const atOnce = 10;

const goesBy = new Set(["PendingDeletion", "PendingReplicaDeletion"]);

/** What of a key ends: itself, or the material that somebody imported. */
export function endOfKey(key: KeyMetadata, where: string): Expiring | undefined {
  const {
    KeyId: name = "",
    Arn: arn,
    DeletionDate,
    ValidTo,
    KeyState = "",
    CreationDate: from,
  } = key;
  if (key.KeyManager === "AWS") return undefined;
  const common = { name, where, arn, from };
  if (goesBy.has(KeyState) && DeletionDate)
    return {
      ...common,
      what: "KMS key",
      expires: DeletionDate,
      remedy: `it is to be deleted, and what it has encrypted is lost then: \`aws kms cancel-key-deletion --key-id ${name}\` keeps it`,
    };
  if (key.Origin !== "EXTERNAL" || !ValidTo) return undefined;
  return {
    ...common,
    what: "imported key material of KMS key",
    expires: ValidTo,
    remedy: "import the same material again with a later end, or without one",
  };
}

async function grantees(read: Read, KeyId: string): Promise<string[]> {
  const grants = await Array.fromAsync(read(listGrants({ KeyId })));
  return [...new Set(grants.flatMap(({ GranteePrincipal }) => GranteePrincipal ?? []))].sort();
}

/** A key's own policy may keep everybody else out: that one is named, and the others go on. */
async function described(read: Read, KeyId: string, where: string) {
  try {
    const { KeyMetadata } = await read(describeKey({ KeyId }));
    const end = KeyMetadata && endOfKey(KeyMetadata, where);
    return end && { ...end, usedBy: await grantees(read, KeyId) };
  } catch (error) {
    if (isDenied(error)) return { where: `${where} key ${KeyId}`, why: inOneLine(error) };
    throw error;
  }
}

export async function* keysIn(read: Read, region: string): AsyncGenerator<Expiring | NotLookedAt> {
  const listed = await Array.fromAsync(read(listKeys({})));
  for (const some of chunks(listed, atOnce)) {
    const ends = some.map(({ KeyId = "" }) => described(read, KeyId, `KMS ${region}`));
    yield* (await Promise.all(ends)).filter((end) => end !== undefined);
  }
}

export async function* samlProviders(read: Read): AsyncGenerator<Expiring> {
  const { SAMLProviderList = [] } = await read(listSAMLProviders({}));
  for (const { Arn: arn = "" } of SAMLProviderList) {
    const answer = await read(getSAMLProvider({ SAMLProviderArn: arn }));
    const name = arn.split("/").at(-1) ?? arn;
    const metadata = answer?.SAMLMetadataDocument ?? "";
    const provider = { name, where: "IAM", arn, metadata, until: answer?.ValidUntil };
    const end = answer && endOfProvider(provider);
    if (end) yield end;
  }
}

export function endOfDomain({
  DomainName = "",
  Expiry,
  AutoRenew,
}: DomainSummary): Expiring | undefined {
  if (!Expiry) return undefined;
  return {
    name: DomainName,
    what: "domain registration",
    where: "Route 53",
    expires: Expiry,
    ...(AutoRenew && { renews: true as const }),
    remedy: AutoRenew
      ? "it was to renew itself and has not: see whether the payment failed"
      : "it does not renew itself: switch that on, or say that it may go",
  };
}

export async function* domainRegistrations(read: Read): AsyncGenerator<Expiring> {
  for await (const domain of read(listDomains({}))) {
    const end = endOfDomain(domain);
    if (end) yield end;
  }
}
