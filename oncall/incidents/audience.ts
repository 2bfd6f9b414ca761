/** Who is told of an incident, and when not: by its own labels and tags, not by its group's. */

import type { Channel } from "../../channels/channel.ts";
import type { MessageHeld } from "../../messages/outgoing.ts";
import { mutedBy, routed } from "../../messages/routes.ts";
import { builtIn, endOfMute } from "../../settings/route.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { quietFor } from "../quiet-hours.ts";
import type { Incident } from "./store.ts";

/** What an incident is told by. */
export type About = Pick<Incident, "labels" | "tags">;

export interface Audience {
  /** Names of the channels whose routes want it. */
  of(about: About): readonly string[];
  /** The channels that were told, and where one of them is gone also those that have its place. */
  still(to: readonly string[], about: About): readonly string[];
  /** Why it is not told now, and until when. */
  held(about: About, at: Date): MessageHeld | undefined;
  /** Whether these people are all within their quiet hours: calling them waits. */
  asleep(about: About, people: readonly string[], at: Date): boolean;
  /** Whether a channel shows how an incident stands: it must hear of every end. */
  showsState(channel: string): boolean;
}

/** The settings that decide who is told. */
export type AudienceSettings = Pick<
  ParsedSettings,
  "channels" | "routes" | "mutes" | "people" | "onCall" | "timeZone"
>;

/** Channels that show an alert or a thread until it is over. */
const showing: ReadonlySet<string> = new Set(["pagerduty", "slack"]);

export function audienceBy(settings: AudienceSettings): Audience {
  const { channels, routes, mutes } = settings;
  const there = [...builtIn, ...Object.keys(channels)];
  const named = there.map((name): Pick<Channel, "name"> => ({ name }));
  const message = ({ labels, tags }: About) => ({ ...labels, ...(tags && { tags }) });
  const of = (about: About): string[] =>
    routed(message(about), routes, named, () => about.labels.family)
      .map(({ name }) => name)
      .filter((name) => name !== "terminal" || routes.some(({ channel }) => channel === name))
      .sort();
  return {
    of,
    still(to, about) {
      const left = to.filter((name) => there.includes(name));
      if (left.length === to.length) return to;
      return [...new Set([...left, ...of(about)])].sort();
    },
    held(about, at) {
      const mute = mutedBy(message(about), mutes, at, () => about.labels.family);
      const end = mute && endOfMute(mute.until);
      if (mute && end) {
        const { until, owner, reason } = mute;
        return { until: end, mute: { until, owner, reason } };
      }
      const until = quietFor(about.labels.severity, [], settings, at);
      return until && { until };
    },
    asleep: ({ labels }, people, at) =>
      quietFor(labels.severity, people, settings, at) !== undefined,
    showsState: (name) => showing.has(channels[name]?.kind ?? ""),
  };
}
