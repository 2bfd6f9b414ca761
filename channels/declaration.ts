/**
 * What a kind of channel says of itself in its `setting.ts`: how the settings name it, what it may
 * do, which functions it has of its own. Loads no SDK client: the settings, synth and the command
 * line read it.
 */
import type * as z from "zod/mini";
import type { FeatureFunction } from "../settings/feature.ts";
import type { SecretRef } from "../settings/secret-ref.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { Owner, Statement } from "../settings/statements.ts";

/** What every channel's setting has. */
export interface AnyChannelSetting {
  readonly kind: string;
}

/** Whom the settings know, as checks of a channel need it. */
export interface Reachable {
  /** Keys of `people` who are called by a rotation or a step. */
  readonly called: ReadonlySet<string>;
  readonly people: Readonly<Record<string, { readonly email?: string | undefined }>>;
}

/** A Lambda function that a kind of channel has for itself, in a deployment that has such a channel. */
export interface ChannelFunction extends Omit<FeatureFunction, "wanted" | "queues"> {
  /** Unique among all functions; the deployed one is called after it. */
  readonly name: string;
  /** Its entry point, from the channel's own folder. */
  readonly entry: string;
  /** Functions that find in the ledger what it orders, under the kind's own name. */
  readonly givesOrdersTo?: readonly string[];
}

export interface ChannelDeclaration<S extends AnyChannelSetting> {
  readonly kind: S["kind"];
  /** Strict, so that a misspelt key is refused by name. */
  readonly schema: z.ZodMiniType<S, S> & z.core.$ZodTypeDiscriminable;
  /** What it reads when it sends. */
  secrets(setting: S): readonly SecretRef[];
  /** What else it may do when it sends, for all channels of this kind together. */
  sends?(
    settings: readonly S[],
    home: Pick<ParsedSettings, "home">,
    owner: Owner,
  ): readonly Statement[];
  /** @returns what is wrong although each field is well formed: the field of it, and the remedy */
  problems?(setting: S, known: Reachable): Iterable<readonly [field: string, remedy: string]>;
  readonly functions?: readonly ChannelFunction[];
}

export const declareChannel = <const S extends AnyChannelSetting>(
  declaration: ChannelDeclaration<S>,
): ChannelDeclaration<S> => declaration;
