/** Turns whatever was thrown into one clear message with its remedy, and the exit code. */
import { inOneLine, isDenied, RegionNotEnabled } from "../../sdk/errors.ts";
import { exit } from "./exit.ts";

export interface Failure {
  readonly message: string;
  readonly exitCode: number;
}

const wrongUsage = new Set(["UsageError", "SettingsError", "EnvelopeError"]);
const ours = new Set(["NotPossible", "TryAgain", "ActionsFailed"]);
const unreachable = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
]);
const expired = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "RequestExpired",
  "TokenRefreshRequired",
]);
const notAccepted = new Set([
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "AuthFailure",
  "InvalidAccessKeyId",
  "InvalidToken",
]);

/** What Node says of a connection that failed. */
interface NetworkError {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly errors?: readonly unknown[];
}

/** The SDK's exceptions name their service only through what they extend. */
const serviceOf = (error: Error): string => Object.getPrototypeOf(error.constructor)?.name ?? "";

/** Nothing answers there: the code that says so. */
export function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errors = [] } = error as NetworkError;
  if (code && unreachable.has(code)) return code;
  if (error.name === "TimeoutError") return "timeout";
  return errors.map(networkCode).find((found) => found !== undefined);
}

function whereOf(error: Error): string {
  const causes = [error, ...((error as NetworkError).errors ?? [])] as readonly NetworkError[];
  const { address, port, hostname } = causes.find((cause) => cause.port || cause.hostname) ?? {};
  if (address) return ` at ${address}:${port}`;
  return hostname ? ` at ${hostname}` : "";
}

/** A session of the global STS endpoint is known only where every account is. */
export const globalSession =
  "Where it is enabled, the session comes from the global STS endpoint: take one of a regional endpoint (AWS_STS_REGIONAL_ENDPOINTS=regional).";

/** @param endpoint what was asked, where it is known */
export const downMessage = (code: string, where: string): string =>
  `nothing answers${where} (${code}). If it is the embedded AWS: start it with \`npm start\`. Else check AWS_ENDPOINT_URL and the network.`;

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), exitCode: exit.failed };
  if (wrongUsage.has(error.name)) return { message: error.message, exitCode: exit.usage };
  return { message: messageOf(error), exitCode: exit.failed };
}

function messageOf(error: Error): string {
  if (error instanceof RegionNotEnabled)
    return `${error.message}: ${error.remedy}. ${globalSession}`;
  if (ours.has(error.name)) return error.message;
  const code = networkCode(error);
  if (code) return downMessage(code, whereOf(error));
  const refused = refusedMessage(error);
  if (refused !== undefined) return refused;
  if (error.name === "ResourceNotFoundException" && serviceOf(error) === "DynamoDBServiceException")
    return "the ledger (the DynamoDB table that `deployment.prefix` names, nightshift where absent) is missing in this account: deploy Nightshift with `npm run deploy`, or check that this is the right account and home region.";
  if (
    error instanceof SyntaxError ||
    (error as { $responseBodyText?: string }).$responseBodyText !== undefined
  )
    return `what answers at the endpoint does not speak AWS's language: check AWS_ENDPOINT_URL. (${inOneLine(error)})`;
  return `${inOneLine(error)}. NIGHTSHIFT_DEBUG=1 shows where it comes from.`;
}

/** AWS knows the caller not at all, not any more, or not for this. */
function refusedMessage(error: Error): string | undefined {
  if (error.name === "CredentialsProviderError")
    return `there are no usable AWS credentials (${inOneLine(error)}). Set AWS_PROFILE, or sign in again (\`aws sso login\`); for the embedded AWS run \`npm start\` and unset AWS_ENDPOINT_URL.`;
  if (expired.has(error.name))
    return `the AWS credentials have expired: sign in again (\`aws sso login\`, or whatever gave them to you), then repeat the command. AWS says: ${inOneLine(error)}`;
  if (notAccepted.has(error.name))
    return `AWS does not accept these credentials: check AWS_ACCESS_KEY_ID and its secret, or AWS_PROFILE. AWS says: ${inOneLine(error)}`;
  if (isDenied(error) || error.name === "AuthorizationErrorException")
    return `permission denied: ${inOneLine(error)}. \`npx nightshift policy ID\` prints what a unit's role needs; your own credentials need the same for what the command line does itself.`;
  return undefined;
}
