/**
 * Who has signed an order, where no AWS is there to be asked: the signature is computed again with
 * secrets that are known here. The embedded AWS itself checks none.
 */
import { SignatureV4 } from "@smithy/signature-v4";
import type { CallerIdentity, Identify } from "../ingest/identity.ts";
import type { IdentityRequest, OrderAddress } from "../ingest/proof.ts";
import { Sha256, type SignedOrder, type Signer, signOrder } from "../ingest/sign-order.ts";
import { NotPossible } from "../sdk/errors.ts";
import type { Credentials } from "./environment.ts";

/** Somebody whose secret is known. */
export interface KnownCaller extends CallerIdentity {
  readonly credentials: Credentials;
}

async function authorizationBy(
  { credentials }: KnownCaller,
  { headers, ...request }: IdentityRequest,
): Promise<string | undefined> {
  const { authorization = "", "x-amz-date": date = "", ...rest } = headers;
  const [, region = "", service = ""] =
    /\/\d{8}\/([\w-]+)\/([\w-]+)\/aws4_request/.exec(authorization) ?? [];
  const iso = date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const signing = { credentials, region, service, sha256: Sha256, applyChecksum: false };
  const signed = await new SignatureV4(signing).sign(
    { protocol: "https:", ...request, headers: { ...rest } },
    { signingDate: new Date(iso) },
  );
  return signed.headers.authorization;
}

/** Believes these people alone, and them only where their secret gives the very signature. */
export const identifyAmong =
  (callers: readonly KnownCaller[]): Identify =>
  async (request) => {
    const { authorization = "", "x-amz-security-token": token } = request.headers;
    const keyId = /Credential=([^/]*)\//.exec(authorization)?.[1];
    const caller = callers.find(({ credentials }) => credentials.accessKeyId === keyId);
    const isOwn = caller !== undefined && caller.credentials.sessionToken === token;
    if (!isOwn || (await authorizationBy(caller, request)) !== authorization)
      throw new NotPossible(
        "who gives this order is not proven: the signature does not fit this order and these credentials (SignatureDoesNotMatch)",
      );
    return { arn: caller.arn, account: caller.account };
  };

/** Where nobody gives orders. */
export const identifyNobody: Identify = identifyAmong([]);

/** People who sign what they order, and are known by it. */
export interface KnownPeople {
  readonly identify: Identify;
  /**
   * @param arn of whoever signs; each has a secret of their own
   * @returns what the function is to be invoked with
   */
  sign<O extends object>(arn: string, address: OrderAddress, order: O): Promise<SignedOrder<O>>;
}

export function knownPeople(clock: Pick<Signer, "now">): KnownPeople {
  const callers = new Map<string, KnownCaller>();
  const callerOf = (arn: string): KnownCaller => {
    const accessKeyId = `AKIATEST${callers.size + 1}`;
    const credentials = { accessKeyId, secretAccessKey: `the secret of ${arn}` };
    const caller = callers.get(arn) ?? { arn, account: arn.split(":")[4] ?? "", credentials };
    callers.set(arn, caller);
    return caller;
  };
  return {
    identify: (request) => identifyAmong([...callers.values()])(request),
    sign(arn, address, order) {
      const { credentials } = callerOf(arn);
      const signer = { credentials: async () => credentials, now: () => clock.now() };
      return signOrder(signer, address, order);
    },
  };
}
