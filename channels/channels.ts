/** The channels of the settings, ready to send. */

import type { Clients } from "../engine/run/clients.ts";
import type { Store } from "../ledger/store.ts";
import type { TextOptions } from "../messages/render/text.ts";
import type { FamilyOf } from "../messages/routes.ts";
import type { Log } from "../sdk/log.ts";
import type { Clock } from "../sdk/time.ts";
import type { Person } from "../settings/person.ts";
import type { Channel } from "./channel.ts";
import type { ChannelSetting } from "./declared.ts";
import { kinds } from "./kinds.ts";
import type { Outside } from "./outside.ts";
import type { Secrets } from "./secrets.ts";

export interface ChannelPorts {
  readonly secrets: Secrets;
  readonly outside: Outside;
  readonly clock: Clock;
  readonly log: Log;
  readonly text: TextOptions;
  /** The folder of a unit. */
  readonly familyOf?: FamilyOf;
  /** Of the settings. */
  readonly people: Readonly<Record<string, Person>>;
  /** Slack's threads are remembered there. */
  readonly store: Store;
  /** Mail is sent with them. */
  readonly clients: Clients;
  /** The region that SES sends from. */
  readonly home: string;
  /** By kind, in place of the service's own address: where the embedded deployment's server listens. */
  readonly urls?: Readonly<Record<string, string>>;
}

export type Kind = ChannelSetting["kind"];
export type SettingOf<K extends Kind> = Extract<ChannelSetting, { readonly kind: K }>;

/** What a kind of channel has as the default export of its `kind.ts`. */
export type OpenChannel<S> = (name: string, setting: S, ports: ChannelPorts) => Channel;
export type Kinds = {
  readonly [K in Kind]: () => Promise<{ readonly default: OpenChannel<SettingOf<K>> }>;
};

const opened = async <K extends Kind>(
  name: string,
  setting: SettingOf<K>,
  ports: ChannelPorts,
): Promise<Channel> => {
  const load = kinds[setting.kind as K] as Kinds[K] | undefined;
  if (!load)
    throw new Error(`this bundle has no channel of the kind ${setting.kind}: deploy again`);
  const { default: open } = await load();
  return open(name, setting, ports);
};

/**
 * @param settings `channels` of the settings; each channel is called by its key
 * @param only the names that are needed; all where absent
 */
export const channelsOf = (
  settings: Readonly<Record<string, ChannelSetting>>,
  ports: ChannelPorts,
  only?: readonly string[],
): Promise<Channel[]> =>
  Promise.all(
    Object.entries(settings)
      .filter(([name]) => only === undefined || only.includes(name))
      .map(([name, setting]) => opened(name, setting, ports)),
  );
