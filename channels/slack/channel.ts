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
import { groupNow, restatement, toldAgain } from "./restatement.ts";
import { matterOf, ofThread, type Ref, type Refs } from "./thread.ts";

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
/** The channel in which it stands takes nothing any more. */
const closed = new Set(["is_archived", "channel_not_found", "not_in_channel"]);
const codeOf = (error: unknown): string =>
  error instanceof SlackUndelivered ? (error.code ?? "") : "";

/** The channel itself: what it is given, and how its messages are rendered. */
interface Speaker extends SlackParts {
  readonly options: SlackOptions;
}

/** Asks Slack; again with another token, where the present one was replaced. */
async function asked<T>(
  { api, renewed }: Speaker,
  call: (api: SlackApi) => Promise<T>,
): Promise<T> {
  try {
    return await call(await api());
  } catch (error) {
    if (!refused.has(codeOf(error)) || !(await renewed?.())) throw error;
    return call(await api());
  }
}

/** In its thread; a thread that is gone is begun anew. */
async function post(
  speaker: Speaker,
  message: Outgoing,
  shown: Rendered,
  matter: string | undefined,
): Promise<Ref> {
  const { refs, channel } = speaker;
  const first = matter === undefined ? undefined : await refs.get(matter);
  if (first && matter !== undefined)
    try {
      const thread = first.thread ?? first.ts;
      // Whoever is called must see it without opening the thread.
      const broadcast = newsIn(message)?.why === "escalated";
      const place = await asked(speaker, (to) =>
        to.post(first.channel, shown, { ts: thread, broadcast }),
      );
      await amend(speaker, message, first, matter);
      return { ...place, ...shown, thread };
    } catch (error) {
      // The settings may name another one by now.
      const moved = closed.has(codeOf(error)) && first.channel !== channel;
      if (!gone.has(codeOf(error)) && !moved) throw error;
      await refs.forget(matter);
    }
  const place = await asked(speaker, (to) => to.post(channel, shown));
  return { ...place, ...shown, incidents: newsIn(message)?.incidents };
}

/** What the first message of a matter says now that this is told of it. */
function nowOf(
  message: Outgoing,
  first: Ref,
  options: SlackOptions,
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
async function amend(
  speaker: Speaker,
  message: Outgoing,
  first: Ref,
  matter: string,
): Promise<void> {
  const { name, refs, log, options } = speaker;
  try {
    const now = nowOf(message, first, options);
    if (!now) return;
    const rendered = restated(first, now.says);
    await asked(speaker, (to) => to.update(first, rendered));
    await refs.replace(matter, { ...first, ...rendered, incidents: now.incidents });
  } catch (error) {
    log.warn("The first message of a matter could not be brought up to date", {
      channel: name,
      messageId: message.id,
      error: inOneLine(error),
    });
  }
}

/**
 * First messages of which nothing is left say so, and have no buttons. What was posted stands: one
 * that cannot be changed is no reason to post anything again.
 */
async function retire(speaker: Speaker, message: Outgoing): Promise<void> {
  const { name, refs, log, options } = speaker;
  for (const thread of newsIn(message)?.ends ?? [])
    try {
      const first = await refs.get(ofThread(thread));
      if (!first) continue;
      const rendered = restated(first, toldAgain(message, options));
      await asked(speaker, (to) => to.update(first, rendered));
      await refs.forget(ofThread(thread));
    } catch (error) {
      log.warn("The message that was told again elsewhere could not be marked so", {
        channel: name,
        messageId: message.id,
        error: inOneLine(error),
      });
    }
}

/** The picture of what the text shows in bars; without it nothing is missing. */
async function picture(
  speaker: Speaker,
  { id, chart }: Outgoing,
  { channel, ts, thread }: Ref,
): Promise<void> {
  if (!chart) return;
  const { name, log, options } = speaker;
  try {
    const bytes = chartPng(chart, options.timeZone);
    if (!bytes) return;
    const title = harmlessText(chart.title, 200);
    const file = { name: "chart.png", title, alt: title, bytes };
    await asked(speaker, (to) => to.upload({ channel, ts: thread ?? ts }, file));
  } catch (error) {
    log.warn("A chart could not be shown as a picture; its bars are in the message", {
      channel: name,
      messageId: id,
      error: inOneLine(error),
    });
  }
}

/**
 * Where later messages of the matter go on. What was posted stands: that it could not be remembered
 * is no reason to post it again.
 */
async function remember(
  { name, refs, log }: Speaker,
  message: Outgoing,
  matter: string,
  ref: Ref,
): Promise<void> {
  try {
    // What comes after the end is a matter of its own.
    await (isOver(message) ? refs.forget(matter) : refs.put(matter, ref));
  } catch (error) {
    log.warn("Where a message stands in Slack could not be remembered; the next begins anew", {
      channel: name,
      messageId: message.id,
      error: inOneLine(error),
    });
  }
}

/** Whether nothing more is to come of a group of incidents. */
function isOver(message: Outgoing): boolean {
  const news = newsIn(message);
  if (!news || (news.more && news.why !== "resolved") || news.open) return false;
  return news.incidents.every(({ state }) => state === "resolved");
}

export function slack(parts: SlackParts, options: SlackOptions): Channel {
  const speaker = { ...parts, options };
  const { name } = parts;
  return {
    name,
    async send(message) {
      const { of: matter, own } = matterOf(message);
      const ref = await post(speaker, message, asBlocks(message, options), matter);
      if (own !== undefined) await remember(speaker, message, own, ref);
      await retire(speaker, message);
      await picture(speaker, message, ref);
    },
  };
}
