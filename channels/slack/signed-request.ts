/**
 * A request of Slack's as it came: raw bytes, time stamp and signature. The endpoint hands it over
 * so, and whoever carries it out checks and reads it anew (rule: slack-endpoint).
 */
import * as z from "zod/mini";
import { digest } from "../../sdk/codec.ts";
import type { Signed } from "./signature.ts";

/** Slack's own are below a tenth of that; in base64 it fits into an asynchronous invocation. */
export const mostBytes = 500_000;

const mostText = Math.ceil(mostBytes / 3) * 4;
const short = z.string().check(z.minLength(1), z.maxLength(100));

/** As JSON between two functions. */
export const handedRequest = z.strictObject({
  kind: z.literal("signed"),
  /** `X-Slack-Request-Timestamp` */
  timestamp: short,
  /** `X-Slack-Signature` */
  signature: short,
  /** The raw bytes, in base64. */
  body: z.string().check(z.maxLength(mostText)),
});
export type SignedRequest = z.output<typeof handedRequest>;

/** @param signed one that was found genuine */
export const handedOver = ({ timestamp, signature, body }: Signed): SignedRequest => ({
  kind: "signed",
  timestamp: timestamp ?? "",
  signature: signature ?? "",
  body: Buffer.from(body).toString("base64"),
});

export const signedOf = ({ timestamp, signature, body }: SignedRequest): RawRequest => ({
  timestamp,
  signature,
  body: Buffer.from(body, "base64"),
});

export type RawRequest = Signed & { readonly body: Buffer };

/** Names a request: the same for each copy of it. */
export const tokenOf = ({ timestamp, signature }: Signed): string =>
  digest(["slack", timestamp, signature]);

/** Names what a request leads to, however often it is worked on. */
export const requestKey = (signed: Signed): string => tokenOf(signed).slice(0, 32);
