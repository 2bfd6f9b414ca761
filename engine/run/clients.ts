/** One SDK client for each class, region and way of retrying; never one for each call. */
import { isThrottlingError } from "@smithy/core/retry";
import type {
  AwsCredentialIdentityProvider,
  RetryErrorInfo,
  RetryStrategyV2,
  RetryToken,
} from "@smithy/types";
import type { ClientClass, SdkClient } from "../../sdk/call.ts";
import { isTimeout, isUnreadable } from "../../sdk/errors.ts";
import { type Clock, seconds } from "../../sdk/time.ts";

/**
 * Longest that one attempt may take, in seconds: nothing is sent when less of the lease remains
 * (rule: leases).
 */
export const attemptSeconds = 10;
const attempts = 5;

const token = (retries: number): RetryToken => ({
  getRetryCount: () => retries,
  getRetryDelay: () => 0,
});

/**
 * The SDK's own retries are deliveries too: without an idempotency token only throttling is
 * retried, for anything else the call may already have had its effect (rule:
 * retries-are-deliveries). Waits by the given clock, with full jitter.
 */
function patience(clock: Clock, retried: Retried): RetryStrategyV2 {
  return {
    acquireInitialRetryToken: async () => token(0),
    async refreshRetryTokenForRetry(
      last: RetryToken,
      { error, errorType, retryAfterHint }: RetryErrorInfo,
    ) {
      const retries = last.getRetryCount() + 1;
      const throttled =
        errorType === "THROTTLING" || (error !== undefined && isThrottlingError(error));
      const final =
        (errorType === "CLIENT_ERROR" && !isUnreadable(error)) ||
        (retried === "all but timeouts" && isTimeout(error));
      if (final || retries >= attempts || (retried === "throttling" && !throttled))
        throw error ?? new Error("not retried");
      const hinted = retryAfterHint ? (retryAfterHint.getTime() - clock.now().getTime()) / 1000 : 0;
      await clock.sleep(
        seconds(
          Math.min(20, Math.max(hinted, Math.random() * (throttled ? 0.5 : 0.1) * 2 ** retries)),
        ),
      );
      return token(retries);
    },
    recordSuccess() {},
  };
}

/**
 * What is sent again: `throttling` alone for writes that a second send could repeat, `all but
 * timeouts` for reads that can be asked in smaller pieces.
 */
export type Retried = "all" | "all but timeouts" | "throttling";

export interface Calls {
  reads: number;
  writes: number;
}

export interface Clients {
  get(of: ClientClass, region: string, kind?: "read" | "write", retried?: Retried): SdkClient;
  /** How many requests the units' operations have made; pages count, retries do not. */
  readonly calls: Calls;
}

/**
 * @param credentials the SDK's own chain where absent
 * @param endpoint for tests; else `AWS_ENDPOINT_URL` as the SDK reads it
 * @param requestHandler for tests: what answers in place of the network
 * @param httpAgent for tests: what keeps their connections, for all clients alike
 * @param app goes along in the user agent: for the embedded AWS, where all share credentials, the name of the role that calls
 */
export function createClients(
  clock: Clock,
  options: {
    readonly credentials?: AwsCredentialIdentityProvider;
    readonly endpoint?: string;
    readonly requestHandler?: object;
    readonly httpAgent?: object;
    readonly app?: string;
  } = {},
): Clients {
  const made = new Map<string, SdkClient>();
  const calls: Calls = { reads: 0, writes: 0 };
  const ids = new Map<ClientClass, number>();
  return {
    calls,
    get(of, region, kind, retried = "all") {
      if (!ids.has(of)) ids.set(of, ids.size);
      const key = `${ids.get(of)} ${region} ${kind} ${retried}`;
      const existing = made.get(key);
      if (existing) return existing;
      const client = new of({
        region,
        retryStrategy: patience(clock, retried),
        requestHandler: options.requestHandler ?? {
          requestTimeout: attemptSeconds * 1000,
          throwOnRequestTimeout: true,
          connectionTimeout: 3000,
          ...(options.httpAgent && { httpAgent: options.httpAgent }),
        },
        ...(options.credentials && { credentials: options.credentials }),
        ...(options.endpoint && { endpoint: options.endpoint }),
        ...(options.app && { userAgentAppId: options.app }),
      });
      const stack = (
        client as unknown as {
          middlewareStack: { add(middleware: unknown, options: object): void };
        }
      ).middlewareStack;
      const count = (next: (args: unknown) => Promise<unknown>) => (args: unknown) => {
        if (kind === "read") calls.reads += 1;
        if (kind === "write") calls.writes += 1;
        return next(args);
      };
      if (kind) stack.add(count, { step: "initialize", name: "countCalls" });
      made.set(key, client);
      return client;
    },
  };
}
