/**
 * Slack as a channel: the first message of a matter in the channel, later ones in its thread, and
 * the first brought up to date.
 */

import { newsIn, type Outgoing } from "../../messages/outgoing.ts";
import { chartPng } from "../../messages/render/chart-png.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Log } from "../../sdk/log.ts";
import type { Channel } from "../channel.ts";
import { harmlessText } from "../mrkdwn.ts";
import { type SlackApi, SlackUndelivered } from "./api.ts";
import { asBlocks } from "./render.ts";
import { merged } from "./render-incident.ts";
import type { Rendered, SlackOptions } from "./rendered.ts";
import { type News, restated } from "./restate.ts";
import { groupNow, restatement } from "./restatement.ts";
import { matterOf, type Ref, type Refs } from "./thread.ts";

export interface SlackParts {
  /** As the settings' `channels` name it. */
  readonly name: string;
  /** `C…` */
  readonly channel: string;
  /** With the token as it is now. */
  api(): Promise<SlackApi>;
  /** The token was refused. @returns whether there is another one now */
  renewed?(): Promise<boolean>;
  readonly refs: Refs;
  readonly log: Log;
}

/** A token that somebody has replaced. */
const refused = new Set([
  "invalid_auth",
  "token_revoked",
  "token_expired",
  "account_inactive",
  "not_authed",
]);
/** The first message is gone, or nobody may change it any more. */
const gone = new Set([
  "message_not_found",
  "thread_not_found",
  "cant_update_message",
  "edit_window_closed",
]);
const codeOf = (error: unknown): string =>
  error instanceof SlackUndelivered ? (error.code ?? "") : "";

export function slack(
  { name, channel, api, renewed, refs, log }: SlackParts,
  options: SlackOptions,
): Channel {
  const asked = async <T>(call: (api: SlackApi) => Promise<T>): Promise<T> => {
    try {
      return await call(await api());
    } catch (error) {
      if (!refused.has(codeOf(error)) || !(await renewed?.())) throw error;
      return call(await api());
    }
  };

  /** In its thread; a thread that is gone is begun anew. */
  async function post(
    message: Outgoing,
    shown: Rendered,
    matter: string | undefined,
  ): Promise<Ref> {
    const first = matter === undefined ? undefined : await refs.get(matter);
    if (first && matter !== undefined)
      try {
        const thread = first.thread ?? first.ts;
        // Whoever is called must see it without opening the thread.
        const place = await asked((to) =>
          to.post(first.channel, shown, {
            ts: thread,
            broadcast: newsIn(message)?.why === "escalated",
          }),
        );
        await amend(message, first, matter);
        return { ...place, ...shown, thread };
      } catch (error) {
        if (!gone.has(codeOf(error))) throw error;
        await refs.forget(matter);
      }
    return {
      ...(await asked((to) => to.post(channel, shown))),
      ...shown,
      incidents: newsIn(message)?.incidents,
    };
  }

  /** What the first message of a matter says now that this is told of it. */
  function nowOf(
    message: Outgoing,
    first: Ref,
  ): (Pick<Ref, "incidents"> & { readonly says: News }) | undefined {
    switch (message.kind) {
      case "incident": {
        const news = merged(first.incidents ?? [], message.news);
        return { says: groupNow(news, options), incidents: news.incidents };
      }
      case "decision":
      case "undo":
      case "run":
        return { says: restatement(message, options) };
      default:
        return undefined;
    }
  }

  /**
   * What was posted stands: a first message that cannot be changed is no reason to post it again.
   */
  async function amend(message: Outgoing, first: Ref, matter: string): Promise<void> {
    try {
      const now = nowOf(message, first);
      if (!now) return;
      const rendered = restated(first, now.says);
      await asked((to) => to.update(first, rendered));
      await refs.replace(matter, { ...first, ...rendered, incidents: now.incidents });
    } catch (error) {
      log.warn("The first message of a matter could not be brought up to date", {
        channel: name,
        message: message.id,
        error: inOneLine(error),
      });
    }
  }

  /** The picture of what the text shows in bars; without it nothing is missing. */
  async function picture(message: Outgoing, { thread, ...place }: Ref): Promise<void> {
    if (!message.chart) return;
    try {
      const bytes = chartPng(message.chart, options.timeZone);
      if (!bytes) return;
      const title = harmlessText(message.chart.title, 200);
      await asked((to) =>
        to.upload(
          { channel: place.channel, ts: thread ?? place.ts },
          { name: "chart.png", title, alt: title, bytes },
        ),
      );
    } catch (error) {
      log.warn("A chart could not be shown as a picture; its bars are in the message", {
        channel: name,
        message: message.id,
        error: inOneLine(error),
      });
    }
  }

  return {
    name,
    async send(message) {
      const shown = asBlocks(message, options);
      const { of, own } = matterOf(message);
      const ref = await post(message, shown, of);
      // What comes after the end is a matter of its own.
      const news = newsIn(message);
      const over =
        news !== undefined &&
        !news.more &&
        !news.open &&
        news.incidents.every(({ state }) => state === "resolved");
      if (own !== undefined) await (over ? refs.forget(own) : refs.put(own, ref));
      await picture(message, ref);
    },
  };
}
