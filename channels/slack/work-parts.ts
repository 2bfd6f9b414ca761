/** What it takes to carry out what somebody asked for in Slack. */
import type { Log } from "../../handlers/app/log.ts";
import type { Order } from "../../ingest/start.ts";
import type { Store } from "../../ledger/store.ts";
import type { Clock } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { SlashQuestion } from "./answers.ts";
import type { SlackApi } from "./api.ts";
import type { SlackApp } from "./endpoint-parts.ts";
import type { UnitsShown } from "./exempt-until.ts";
import type { Who } from "./may.ts";
import type { SlackReply } from "./respond.ts";
import type { SlackPerson } from "./who.ts";

/** What somebody does with an incident. */
export type IncidentAct = {
  readonly id: string;
  readonly incident: string;
  /** Done at once with these too: one press is one message. */
  readonly others?: readonly string[];
  readonly by: string;
} & (
  | { readonly verb: "ack" }
  | { readonly verb: "snooze"; readonly until: Date }
  | { readonly verb: "resolve"; readonly reason: string }
);

/** What carrying out works with. */
export interface SlackWork {
  readonly settings: Who & ParsedSettings;
  readonly units: UnitsShown;
  /** Whose secrets sign what is carried out. */
  readonly apps: readonly SlackApp[];
  /** Writes `slack#…`, `decision#…` and `exempt#…`; reads all that its answers show. */
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the app that a person used. */
  api(person: SlackPerson): Promise<SlackApi>;
  respond(url: string, answer: SlackReply): Promise<void>;
  /** Hands an order to a unit's own function, without waiting for it. */
  invoke(unit: string, order: Order): Promise<void>;
  /** Hands it to the undo function, without waiting for it: what comes of it is told. */
  undo(request: {
    readonly id: string;
    readonly by: string;
    readonly key: string;
    /** The digest of what they were shown, where they confirm exactly that. */
    readonly confirms?: string;
  }): Promise<void>;
  /** Hands it to the incidents function; what comes of it is told. */
  incident(act: IncidentAct): Promise<void>;
  /** For answers. */
  readonly asked: SlashQuestion;
}
