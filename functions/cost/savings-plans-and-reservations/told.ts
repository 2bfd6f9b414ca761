/** What is told of what was bought ahead. */

import { count } from "../../../sdk/counted.ts";
import type { Message, Table } from "../../../sdk/message.ts";
import { after, days as spanOfDays } from "../../../sdk/time.ts";
import { whenUsed } from "../../../sdk/when-used.ts";
import { dayName, utcDay, utcDayBefore } from "../utc-days.ts";
import type { Commitment } from "./commitment.ts";
import type { BoughtAhead, CommitmentAnswer, CommitmentsConfig } from "./questions.ts";

const decimals = whenUsed(() => new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 }));
const inPercent = (number: number | undefined): string =>
  number === undefined ? "not known" : `${decimals().format(number)} %`;
const amounts = whenUsed(
  () =>
    new Intl.NumberFormat("en-GB", {
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    }),
);

interface Telling {
  readonly now: Date;
  readonly config: CommitmentsConfig;
}

const isOver = ({ ends }: Commitment, { now }: Telling): boolean =>
  ends !== undefined && ends <= now;
const endsSoon = (commitment: Commitment, { now, config }: Telling): boolean =>
  commitment.ends !== undefined &&
  !isOver(commitment, { now, config }) &&
  commitment.ends <= after(now, spanOfDays(config.expires));
const isIdle = (commitment: Commitment, telling: Telling): boolean =>
  !isOver(commitment, telling) &&
  commitment.used !== undefined &&
  commitment.used < telling.config.used;

/** `2 Savings Plans and 1 reservation` */
function kindsOf(commitments: readonly Commitment[]): string {
  const parts = (["Savings Plan", "reservation"] as const).flatMap((kind) => {
    const number = commitments.filter((each) => each.kind === kind).length;
    return number ? [count(number, kind)] : [];
  });
  return parts.join(" and ");
}

function coverageWords({ of, coverage }: BoughtAhead): string {
  if (!coverage) return "what they cover is not known";
  if ("unread" in coverage) return `what they cover is not known: ${coverage.unread}`;
  const { covered, onDemand } = coverage;
  if (covered === undefined) return "what they cover is not known";
  const unit = of === "Savings Plans" ? "in the currency of the bill" : "hours";
  const beside =
    onDemand === undefined ? "" : ` (${amounts().format(onDemand)} ${unit} was on demand)`;
  return `they cover ${inPercent(covered)} of what they could${beside}`;
}

function factsOf(answers: readonly CommitmentAnswer[]): Record<string, string> {
  const facts: Record<string, string> = {};
  const none: string[] = [];
  for (const answer of answers) {
    if ("bought" in answer) {
      const { bought } = answer;
      facts[bought.of] =
        `${kindsOf(bought.commitments)}, used to ${inPercent(bought.used)}; ${coverageWords(bought)}`;
    }
    if ("unread" in answer) facts[answer.of] = `not known: ${answer.unread}`;
    if ("none" in answer) none.push(answer.of);
  }
  if (none.length) facts["Cost Explorer knows of no"] = none.join(", ");
  return facts;
}

const cells = (telling: Telling) => (commitment: Commitment) => {
  const { kind, id, what, account, used, unused, ends } = commitment;
  const over = isOver(commitment, telling) ? " (over)" : "";
  return [
    `${kind} ${id}`,
    what,
    account,
    inPercent(used),
    unused === undefined ? "not known" : amounts().format(unused),
    ends === undefined ? "not known" : `${utcDay(ends)}${over}`,
  ];
};

/** What ends first stands first: whoever renews it has the least time. Then what is used least. */
function worstFirst(a: Commitment, b: Commitment, telling: Telling): number {
  const soon = (each: Commitment) =>
    endsSoon(each, telling) ? (each.ends?.getTime() ?? 0) : Number.MAX_SAFE_INTEGER;
  return soon(a) - soon(b) || (a.used ?? 101) - (b.used ?? 101) || a.id.localeCompare(b.id);
}

const tableOf = (all: readonly Commitment[], telling: Telling): Table => ({
  columns: ["commitment", "of", "account", "used", "paid and unused", "ends"],
  rows: all.toSorted((a, b) => worstFirst(a, b, telling)).map(cells(telling)),
});

function titleOf(all: readonly Commitment[], telling: Telling): string {
  const { config, now } = telling;
  const soon = all.filter((each) => endsSoon(each, telling));
  const idle = all.filter((each) => isIdle(each, telling));
  const parts: string[] = [];
  if (soon.length) {
    const [first] = soon.toSorted((a, b) => (a.ends?.getTime() ?? 0) - (b.ends?.getTime() ?? 0));
    const verb = soon.length === 1 ? "ends" : "end";
    const day = first?.ends ? dayName(utcDay(first.ends)) : "";
    const when =
      soon.length === 1 ? `on ${day}` : `within ${config.expires} days, the first on ${day}`;
    parts.push(`${kindsOf(soon)} ${verb} ${when}`);
  }
  if (idle.length)
    parts.push(
      `${kindsOf(idle)} ${idle.length === 1 ? "is" : "are"} used to less than ${config.used} %`,
    );
  const last = dayName(utcDayBefore(now, 2));
  if (parts.length) return `${parts.join("; ")} (${config.days} days to ${last})`;
  return `${kindsOf(all)}: none ends within ${config.expires} days, and none known to be used to less than ${config.used} % in the ${config.days} days to ${last}`;
}

const notThere = (why: string): Message => ({
  title: `Nothing is known of Savings Plans and reservations: ${why}`,
  severity: "warning",
});

/** What keeps the report from being whole. */
function limitFacts(answers: readonly CommitmentAnswer[], pages: number): Record<string, string> {
  const isCut = answers.some((answer) => "bought" in answer && answer.bought.more);
  const sent = answers.flatMap((answer) => ("sent" in answer ? [answer.sent] : []))[0];
  const facts: Record<string, string> = {};
  if (isCut)
    facts.Incomplete = `only ${pages} requests were made, so some are missing. Raise units.savings-plans-and-reservations.config.pages.`;
  if (sent !== undefined)
    facts["How it is read"] =
      `use is measured to the day before yesterday: Cost Explorer counts the last two days late. It took ${count(sent, "request")}, each of which AWS bills`;
  return facts;
}

export function toldOfCommitments(answers: readonly CommitmentAnswer[], telling: Telling): Message {
  const off = answers.find((answer) => "unavailable" in answer);
  if (off) return notThere(off.unavailable);
  const all = answers.flatMap((answer) => ("bought" in answer ? answer.bought.commitments : []));
  const unread = answers.filter((answer) => "unread" in answer);
  const facts = { ...factsOf(answers), ...limitFacts(answers, telling.config.pages) };
  if (!all.length && unread.length)
    return { ...notThere("Cost Explorer did not answer all that was asked"), facts };
  if (!all.length)
    return {
      title: "Cost Explorer knows of no Savings Plan and no reservation",
      severity: "info",
      facts,
    };
  const isWrong = all.some((each) => endsSoon(each, telling) || isIdle(each, telling));
  return {
    title: titleOf(all, telling),
    severity: isWrong || unread.length ? "warning" : "info",
    facts: {
      ...facts,
      "What to do":
        "What ends is billed on demand from then on: buy again what is still used, or let it end. What is not used is paid for all the same: move work onto it, or sell a reservation of EC2 where its terms allow that",
    },
    table: tableOf(all, telling),
    affected: all
      .filter((each) => endsSoon(each, telling) || isIdle(each, telling))
      .map(({ id }) => id),
  };
}
