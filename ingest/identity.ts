/** Who AWS says has signed a request. */
import { partitionOf } from "../sdk/arn.ts";
import { NotPossible, TryAgain } from "../sdk/errors.ts";
import type { IdentityRequest } from "./proof.ts";

/** What STS answers to GetCallerIdentity. */
export interface CallerIdentity {
  readonly arn: string;
  /** 12 digits. */
  readonly account: string;
}

/**
 * Asks AWS who has signed a request.
 * @throws {NotPossible} where AWS says that nobody has; @throws {TryAgain} where it says nothing
 */
export type Identify = (request: IdentityRequest) => Promise<CallerIdentity>;

/** What came back, however wrong. */
export interface IdentityAnswer {
  readonly status: number;
  /** Its beginning; an answer of STS is shorter. */
  readonly body: string;
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ExpiredToken", "the credentials have expired: sign in again"],
  ["ExpiredTokenException", "the credentials have expired: sign in again"],
  ["InvalidClientTokenId", "AWS knows no such credentials, or not any more"],
  ["SignatureDoesNotMatch", "the signature does not fit this order and these credentials"],
  [
    "RegionDisabledException",
    "STS is not activated in the home region: whoever administers the account can do that",
  ],
]);

/** AWS could not say, this time. */
const passing =
  /^(Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|InternalFailure|InternalError|ServiceUnavailable|IDPCommunicationError)$/;

const onlyIn = (body: string, name: string): string | undefined => {
  const found = [...body.matchAll(new RegExp(`<${name}>([^<>&]{1,2048})</${name}>`, "g"))];
  return found.length === 1 ? found[0]?.[1] : undefined;
};

const unread = (why: string): TryAgain =>
  new TryAgain(`AWS could not be asked who gives this order (${why}): nothing is done, try again`);

/**
 * @param home region whose STS answered
 * @throws {NotPossible} where STS refuses; its words are not repeated, as they quote what was signed
 * @throws {TryAgain} where what answered is not STS, or it could not say
 */
export function identityIn({ status, body }: IdentityAnswer, home: string): CallerIdentity {
  if (status === 200) return answered(body, home);
  const code = onlyIn(body, "Code");
  const isRefusal = status >= 400 && status < 500 && status !== 429 && body.includes("<Error>");
  if (!isRefusal || code === undefined || !/^\w{1,60}$/.test(code))
    throw unread(`it answered ${status}`);
  if (passing.test(code)) throw unread(code);
  throw new NotPossible(
    `who gives this order is not proven: ${reasons.get(code) ?? "AWS refuses the signature"} (${code})`,
  );
}

function answered(body: string, home: string): CallerIdentity {
  const [arn, account] = [onlyIn(body, "Arn"), onlyIn(body, "Account")];
  const isWhole = /^\s*(?:<\?xml [^<>]{0,100}\?>\s*)?<GetCallerIdentityResponse[ >]/.test(body);
  if (!isWhole || arn === undefined || account === undefined)
    throw unread("its answer is not understood");
  const [, partition, service, , holder, resource] = arn.split(":");
  const isOurs = partition === partitionOf(home) && (service === "iam" || service === "sts");
  if (!isOurs || holder !== account || !/^\d{12}$/.test(account) || !resource)
    throw unread("its answer is not understood");
  return { arn, account };
}
