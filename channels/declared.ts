/** What the channels of the settings say of themselves, each by its kind. */
import type * as z from "zod/mini";
import { readSecrets } from "../settings/grants.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import type { Owner, Statement } from "../settings/statements.ts";
import type { AnyChannelSetting, ChannelDeclaration, Reachable } from "./declaration.ts";
import { channelDeclarations, type channelSchemas } from "./declarations.ts";

/** A channel as the settings may name it: one of all kinds that there are. */
export type ChannelSetting = z.output<(typeof channelSchemas)[number]>;
type AnyDeclaration = ChannelDeclaration<AnyChannelSetting>;

/** A kind's own methods are only ever given settings of that kind. */
const byKind = new Map(
  channelDeclarations.map((declared) => [declared.kind as string, declared as AnyDeclaration]),
);

/** @throws when there is no such kind: its folder was deleted, and the settings still name it */
function declarationOf({ kind }: AnyChannelSetting): AnyDeclaration {
  const declared = byKind.get(kind);
  if (!declared) throw new Error(`there is no channel of the kind ${kind}`);
  return declared;
}

export const problemsOfChannel = (
  setting: AnyChannelSetting,
  known: Reachable,
): Iterable<readonly [field: string, remedy: string]> =>
  declarationOf(setting).problems?.(setting, known) ?? [];

/** What the function that delivers may do, for all channels of the settings. */
export function maySend(
  settings: Pick<ParsedSettings, "channels" | "home">,
  owner: Owner,
): Statement[] {
  const channels: readonly AnyChannelSetting[] = Object.values(settings.channels);
  const refs = channels.flatMap((channel) => declarationOf(channel).secrets(channel));
  const beside = [...Map.groupBy(channels, declarationOf)].flatMap(
    ([declared, some]) => declared.sends?.(some, settings, owner) ?? [],
  );
  return [...readSecrets(refs, settings, owner), ...beside];
}
