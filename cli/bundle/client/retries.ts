/** When a request is sent again: the SDK's kinds of errors, and whoever decides by them. */
import { isServerError, isThrottlingError, isTransientError } from "@smithy/core/retry";
import type {
  HttpResponse,
  RetryErrorInfo,
  RetryErrorType,
  RetryStrategyV2,
  RetryToken,
} from "@smithy/types";
import type { SdkFields } from "./stack.ts";

type SdkError = Error & { $metadata?: SdkFields; readonly $response?: HttpResponse };

function kindOf(error: SdkError): RetryErrorType {
  if (isThrottlingError(error as never)) return "THROTTLING";
  if (isTransientError(error as never)) return "TRANSIENT";
  return isServerError(error as never) ? "SERVER_ERROR" : "CLIENT_ERROR";
}

const token = (retries: number, delay: number): RetryToken => ({
  getRetryCount: () => retries,
  getRetryDelay: () => delay,
});

/**
 * For whoever brings none of their own: the SDK's standard retries, without the purse that they pay
 * from.
 */
export const standardRetries = (attempts: number): RetryStrategyV2 => ({
  acquireInitialRetryToken: async () => token(0, 0),
  async refreshRetryTokenForRetry(last, { errorType, retryAfterHint }: RetryErrorInfo) {
    const retries = last.getRetryCount();
    const throttled = errorType === "THROTTLING";
    if ((!throttled && errorType !== "TRANSIENT") || retries + 1 >= attempts)
      throw new Error("not retried");
    const delay = Math.random() * Math.min(20_000, (throttled ? 500 : 100) * 2 ** retries);
    const hinted = retryAfterHint ? retryAfterHint.getTime() - Date.now() : 0;
    return token(retries + 1, Math.max(delay, Math.min(hinted, delay + 5000)));
  },
  recordSuccess() {},
});

/** When an answer says that there is use in asking again. */
function hintOf(answer: HttpResponse | undefined): Date | undefined {
  const { "retry-after": after = "", "x-amz-retry-after": milliseconds } = answer?.headers ?? {};
  const wait = Number(milliseconds ?? (after && Number(after) * 1000));
  if (milliseconds === undefined && !after) return undefined;
  const moment = Number.isNaN(wait) ? Date.parse(after) : Date.now() + wait;
  return Number.isNaN(moment) ? undefined : new Date(moment);
}

/** The next attempt's token; nothing where there is to be none. */
async function again(
  strategy: RetryStrategyV2,
  last: RetryToken,
  error: SdkError,
): Promise<RetryToken | undefined> {
  const retryAfterHint = hintOf(error.$response);
  const told = { error, errorType: kindOf(error), ...(retryAfterHint && { retryAfterHint }) };
  try {
    return await strategy.refreshRetryTokenForRetry(last, told as RetryErrorInfo);
  } catch {
    return undefined;
  }
}

/**
 * Tries until it is answered, or until there is to be no more attempt.
 * @param attempt is told which one it is, from 1
 * @throws what the last attempt threw
 */
export async function retried<T extends { readonly output: { readonly $metadata: SdkFields } }>(
  strategy: RetryStrategyV2,
  attempt: (number: number) => Promise<T>,
): Promise<T> {
  let last = await strategy.acquireInitialRetryToken("");
  let totalRetryDelay = 0;
  for (;;) {
    const attempts = last.getRetryCount() + 1;
    try {
      const answered = await attempt(attempts);
      strategy.recordSuccess(last);
      Object.assign(answered.output.$metadata, { attempts, totalRetryDelay });
      return answered;
    } catch (thrown) {
      const error = thrown as SdkError;
      const next = await again(strategy, last, error);
      if (!next) {
        error.$metadata = Object.assign(error.$metadata ?? {}, { attempts, totalRetryDelay });
        throw error;
      }
      last = next;
      const delay = last.getRetryDelay();
      totalRetryDelay += delay;
      if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}
