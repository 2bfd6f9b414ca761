/**
 * Something the caller asked for is not there, or not in a state to be used: says which and what to
 * do. Exit code 1.
 */
export class NotPossible extends Error {
  override readonly name = "NotPossible";
}

/** What was asked is wrong in itself: an unknown unit, an event of another source. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * `propose` throws it of one thing found: what it would need to know cannot be known now. The thing
 * is held and told, the others go on.
 */
export class CannotJudge extends Error {
  override readonly name = "CannotJudge";
}

/**
 * Another holds the claim, or the time does not suffice: the delivery must come again (rule:
 * leases).
 */
export class TryAgain extends Error {
  override readonly name: string = "TryAgain";
}

/** Too many like it are under way: its turn comes, however long that takes. */
export class Crowded extends TryAgain {}

/**
 * The run is recorded and told, and some of its actions failed: thrown last, so that retries and
 * the failure queue work.
 */
export class ActionsFailed extends Error {
  override readonly name = "ActionsFailed";
}

/**
 * A region is configured, and the account has not enabled it: nothing can be read or changed
 * there. Other regions go on.
 */
export class RegionNotEnabled extends Error {
  override readonly name = "RegionNotEnabled";
  readonly remedy: string;

  /** @param cause what AWS said there */
  constructor(region: string, cause: Error) {
    super(
      `${region} is not enabled for this account: AWS does not know credentials there that it knows elsewhere (${cause.name})`,
      { cause },
    );
    this.remedy = regionRemedy(region);
  }
}

/** What to do about it. */
export const regionRemedy = (region: string): string =>
  `enable ${region} for the account ("AWS Regions" in its settings; it takes some minutes), or take it out of \`regions\``;

/** Their names say nothing that the text does not. */
const ours = new Set(["Error", "NotPossible", "CannotJudge", "RegionNotEnabled"]);

/** An error in one line, with its AWS code. */
export function inOneLine(error: unknown): string {
  if (error instanceof AggregateError && !error.message)
    return error.errors.map(inOneLine).join("; ");
  if (!(error instanceof Error)) return String(error);
  const text = error.message.replace(/\s+/g, " ").trim();
  return ours.has(error.name) || text.startsWith(error.name) ? text : `${error.name}: ${text}`;
}

/**
 * What tells one failure from another, without what AWS makes anew for each answer: the same
 * failure is told once.
 */
export const withoutVariables = (error: string): string =>
  error
    .replace(/(encoded authorization failure message: ?)\S+/gi, "$1…")
    .replace(/(request ?id: ?)[\w/+=-]+/gi, "$1…")
    .replace(/\b[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\b/gi, "…");

const denials = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "UnauthorizedOperation",
  "AuthorizationError",
  "NotAuthorized",
]);
/** IAM refused it. */
export const isDenied = (error: unknown): boolean =>
  error instanceof Error && denials.has(error.name);

const unknownCaller = new Set([
  "AuthFailure",
  "InvalidClientTokenId",
  "OptInRequired",
  "UnrecognizedClientException",
]);
/**
 * AWS does not know who asks. Where it does in another region, this one is not enabled for the
 * account.
 */
export const isUnknownCaller = (error: unknown): error is Error =>
  error instanceof Error && unknownCaller.has(error.name);

/**
 * IAM says that our own role was never given the right: the deployment's error. Any other denial is
 * the target's: a service control policy, a boundary or a resource's own policy guards it.
 */
export const lacksRight = (error: unknown): boolean =>
  isDenied(error) && inOneLine(error).includes("no identity-based policy allows");

/** Of AWS's codes, those that say nothing of the target that was asked about. */
const aboutCaller =
  /Throttl|TooManyRequests|RequestLimit|SlowDown|BandwidthLimit|ThroughputExceeded|Expired|Token|Credential|Signature|AuthFailure|OptInRequired/;

/**
 * Whether a call failed on account of the system or of us, so that others would fail too; else it
 * is about the target alone.
 */
export const isSystems = (error: unknown): boolean =>
  inDoubt(error) || lacksRight(error) || (error instanceof Error && aboutCaller.test(error.name));

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
/**
 * No answer came within the time that one attempt may take. The SDK gives a broken connection the
 * same name, with another code.
 */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === "TimeoutError" &&
  (error as { readonly code?: unknown }).code === "ETIMEDOUT";
/** An answer came, and broke off or could not be read. */
export const isUnreadable = (error: unknown): boolean => (statusOf(error) ?? 500) < 300;

/**
 * AWS has no machine free: EC2 says so with status 500, and yet it is an answer, about this target
 * alone.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const lacksCapacity = (error: unknown): boolean =>
  error instanceof Error && /^Insufficient\w*Capacity/.test(error.name);

/**
 * The answer never came, came from a broken server, or could not be read: the call may have had its
 * effect.
 */
export function inDoubt(error: unknown): boolean {
  if (lacksCapacity(error)) return false;
  const status = statusOf(error);
  return status === undefined || status >= 500 || isUnreadable(error);
}

/**
 * A service's host has no name in a region: there is no such service. An outage of names is another
 * error (`EAI_AGAIN`).
 */
export const hasNoHost = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | undefined)?.code === "ENOTFOUND";
