import { after, type Span } from "../sdk/time.ts";

/**
 * When DynamoDB may delete an item: seconds since 1970, as its time-to-live wants them. It deletes
 * up to days later; what must be exact compares times itself.
 */
export const ttlAfter = (now: Date, span: Span): number =>
  Math.floor(after(now, span).getTime() / 1000);
