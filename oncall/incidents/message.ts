/** What is told of incidents, as the outbox takes it. */

import type { IncidentNews, IncidentShown } from "../../messages/incident-news.ts";
import type { IncidentTold } from "../../messages/outgoing.ts";
import type { Severity } from "../../sdk/message.ts";
import { cut } from "../../sdk/plain.ts";
import { worstSeverityFirst } from "../../sdk/severity.ts";
import { days, hours, inWords, minutes, seconds } from "../../sdk/time.ts";
import type { Group, Head } from "./store.ts";
import { type AddressedNews, newsId } from "./teller.ts";

const worst = (incidents: readonly IncidentShown[]): Severity =>
  incidents.map(({ severity }) => severity).toSorted(worstSeverityFirst)[0] ?? "info";

/** Whole days, hours, minutes or seconds: the largest of which there are two. */
const units = [days(1), hours(1), minutes(1)].map(({ seconds: length }) => length);

/** `2 hours`, `11 minutes`: rounded to what a person says. */
export function roughly(milliseconds: number): string {
  const length = Math.max(0, Math.round(milliseconds / 1000));
  const unit = units.find((each) => length >= 2 * each) ?? 1;
  return inWords(seconds(Math.round(length / unit) * unit));
}

/** How people are called where only their key is known. */
export type NameOf = (key: string) => string;

function title(news: IncidentNews, now: Date, nameOf: NameOf): string {
  const { why, incidents, calls, more = 0 } = news;
  const [first] = incidents;
  if (!first) return unlisted(news);
  const all = incidents.length + more;
  const open = incidents.filter(({ state }) => state !== "resolved").length + more;
  const still = news.open ? `; still open of what was told with it: ${news.open}` : "";
  const counted = why === "resolved" ? all : open;
  const what = all === 1 ? first.title : `${counted} incidents, the worst: ${first.title}`;
  const since = roughly(now.getTime() - first.openedAt.getTime());
  switch (why) {
    case "opened":
      return what;
    case "changed": {
      const over = incidents.find(({ state }) => state === "resolved");
      if (!over) return `Now ${open === 1 ? first.title : what}`;
      // Those that are open are counted, not listed, where the first is over.
      const left = first === over ? `${open}` : openText(open, first);
      return `Over after ${lasted(over, now)}: ${over.title}; still open: ${left}`;
    }
    case "repeat":
      return `Still open after ${since}: ${what}`;
    case "escalated":
      if (news.last)
        return `Nobody has taken it for ${since}, ${lastText(calls.map(nameOf))}: ${what}`;
      return `Nobody has taken it for ${since}, ${calledText(calls.map(nameOf))}: ${what}`;
    case "acknowledged":
      return `${nameOf(first.by ?? "Somebody")} has taken it: ${what}`;
    case "snoozed":
      return `Quiet until ${first.snoozedUntil?.toISOString().slice(0, 16).replace("T", " ")} UTC: ${what}`;
    case "resolved":
      return `Over after ${lasted(first, now)}: ${what}${still}`;
  }
}

function unlisted({ why, more = 0, open = 0 }: IncidentNews): string {
  if (why !== "resolved") return `${more} incidents, none of which is listed`;
  const still = open ? `; still open of what was told with it: ${open}` : "";
  return `Over: ${more} of those that are not listed${still}`;
}

function lastText(people: readonly string[]): string {
  const called = people.length ? `${people.join(" and ")} called once more` : "nobody is on call";
  return `${called}, and nobody else will be`;
}

const openText = (open: number, worstOpen: IncidentShown): string =>
  open === 1 ? worstOpen.title : `${open}, the worst: ${worstOpen.title}`;

function calledText(people: readonly string[]): string {
  if (!people.length) return "and nobody is on call";
  return `so ${people.join(" and ")} ${people.length > 1 ? "are" : "is"} called`;
}

const lasted = ({ openedAt, resolvedAt }: IncidentShown, now: Date): string =>
  roughly((resolvedAt ?? now).getTime() - openedAt.getTime());

/** What people may do from a terminal; channels with buttons have those. */
function now_(news: IncidentNews): Readonly<Record<string, string>> {
  const open = news.incidents.filter(({ state }) => state !== "resolved");
  const [first] = open;
  if (!first) return {};
  const says =
    news.why === "acknowledged"
      ? `npx nightshift incident resolve ${first.id} --reason …`
      : `npx nightshift incident ack ${first.id}`;
  return { "what now": `\`${says}\`; all of it: \`npx nightshift incident show ${first.id}\`` };
}

/** @param head of the worst incident, where it could be read */
export function messageOf(
  { news, number, to, held }: AddressedNews,
  { group, head, nameOf = (key) => key }: MessageParts,
  now: Date,
): IncidentTold {
  const single = news.incidents.length === 1 && !news.more;
  const severity = worst(
    news.incidents.some(({ state }) => state !== "resolved")
      ? news.incidents.filter(({ state }) => state !== "resolved")
      : news.incidents,
  );
  // Those that are not listed are over too where nothing else is told.
  const over =
    news.incidents.every(({ state }) => state === "resolved") &&
    !news.open &&
    (news.why === "resolved" || !news.more);
  const facts = {
    ...head?.facts,
    ...(single &&
      news.incidents[0] &&
      news.incidents[0].count > 1 && { "how often": `${news.incidents[0].count} times` }),
    ...(news.beside && {
      "open beside it": `${news.beside} more of the group: \`npx nightshift incident list\``,
    }),
    ...(news.more && { "not listed": `${news.more} more: \`npx nightshift incident list\`` }),
    ...now_(news),
  };
  return {
    id: newsId(group, number),
    at: now,
    account: head?.labels.account ?? group.account,
    region: head?.labels.region ?? group.region,
    unit: head?.labels.unit ?? group.labels.unit ?? "incidents",
    kind: "incident",
    severity,
    title: cut(title(news, now, nameOf), 300),
    facts,
    ...(head?.all.length && { affected: head.all }),
    ...(head?.chart &&
      news.why !== "acknowledged" &&
      news.why !== "snoozed" && { chart: head.chart }),
    ...(head?.link && { link: head.link }),
    ...(head?.tags && { tags: head.tags }),
    ...(head?.runbook && { runbook: head.runbook }),
    key: news.thread ?? group.id,
    ...(to && { to }),
    ...(held && { held }),
    ...(over && { closes: true, confirmed: true }),
    news,
  };
}

interface MessageParts {
  readonly group: Group;
  readonly head: Head | undefined;
  readonly nameOf?: NameOf | undefined;
}
