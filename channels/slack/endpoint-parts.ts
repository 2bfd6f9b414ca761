/** What the endpoint for Slack is given, and what each request to it carries along. */
import type { Log } from "../../handlers/app/log.ts";
import type { Store } from "../../ledger/store.ts";
import type { Clock } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { SlackApi } from "./api.ts";
import type { UnitsShown } from "./exempt-until.ts";
import type { Who } from "./may.ts";
import type { SlackReply } from "./respond.ts";
import type { Signed } from "./signature.ts";
import type { SignedRequest } from "./signed-request.ts";
import type { SlackPerson } from "./who.ts";

/** One of the settings' channels of kind `slack`. */
export interface SlackApp {
  readonly team: string;
  readonly app: string;
  signingSecret(): Promise<string>;
  /**
   * Nothing matched the secret: it may have been replaced. @returns whether it is another one now
   */
  renewed?(): Promise<boolean>;
  /** Answers quickly, or not at all: Slack waits three seconds. */
  api(): Promise<SlackApi>;
}

/** What the endpoint works with. */
export interface Endpoint {
  readonly apps: readonly SlackApp[];
  readonly settings: Who & Pick<ParsedSettings, "timeZone" | "longestSecurityExemption">;
  readonly units: UnitsShown;
  /** Reads plans and runs; writes `slack#…` alone. */
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Hands a request over as it came, without waiting for what comes of it. */
  work(request: SignedRequest): Promise<void>;
  /** Tells whoever asked, where only they see it. */
  respond(url: string, answer: SlackReply): Promise<void>;
}

/** A request that is Slack's. */
export interface SlackRequest {
  readonly endpoint: Endpoint;
  /** As it came. */
  readonly signed: Signed;
  /** The apps whose secret signed it. */
  readonly from: readonly SlackApp[];
  /** The same for the same request, however often it is worked on. */
  readonly key: string;
}

/** Whoever made a request. */
export interface Asker extends SlackRequest {
  readonly person: SlackPerson;
  /** Where it was asked, if anywhere. */
  readonly channel: string | undefined;
  /** Where only they see what is answered; absent where the answer to the request says it. */
  readonly answer?: string | null | undefined;
}
