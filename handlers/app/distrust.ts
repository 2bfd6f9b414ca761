/**
 * What is told of what is not of AWS: without links, under keys of its own, and no more of it than
 * its share (rule: events-close-nothing).
 */
import type { IncomingEvent } from "../../ingest/envelope.ts";
import { claimsAws } from "../../ingest/trust.ts";
import type { Share } from "../../messages/share.ts";
import { digest } from "../../sdk/codec.ts";
import { ownLinksOnly } from "../../sdk/domains.ts";
import type { Message } from "../../sdk/message.ts";
import { cut, unlinked } from "../../sdk/plain.ts";
import { redactedTo, redactText } from "../../sdk/redact.ts";
import type { Listening } from "./signals.ts";

/**
 * Without secrets and of a size that fits into the ledger, whatever stood in the event (rule:
 * redact-and-cut).
 * @param shown breaks links: where absent, all that do not lead to AWS's own pages
 */
export function written(message: Message, shown: (text: string) => string = ownLinksOnly): Message {
  const { title, facts, affected } = message;
  const safe = (text: string, most: number): string => cut(shown(redactedTo(text, most)), most);
  return {
    ...message,
    title: safe(title, 300),
    ...(affected && { affected: affected.slice(0, 50).map((one) => safe(one, 300)) }),
    ...(facts && {
      facts: Object.fromEntries(
        Object.entries(facts).map(([name, value]) => [safe(name, 200), safe(value, 1_000)]),
      ),
    }),
  };
}

/**
 * Whether a key that begins with a source could be that of something of AWS: these begin with ARNs
 * and with names of AWS's services.
 */
const couldBeOfAws = (source: string): boolean => claimsAws(source) || /[:/]/.test(source);

/**
 * What is not from AWS may name no link, and cannot close what AWS opened (rule:
 * events-close-nothing): it groups among its own.
 */
export function distrusted(
  { key, closes: _, quiet: __, link: ___, ...message }: Message,
  source: string,
): Message {
  const group = couldBeOfAws(source) ? `not of AWS/${source}` : source;
  return {
    ...written(message, unlinked),
    ...(key !== undefined && { key: `${group}/${key}` }),
  };
}

/** What counts together, and as what it is told. */
interface Counted {
  readonly source: string;
  readonly called: string;
}

/**
 * A source that a signal names counts by itself. Of what nobody vouches for, a new name must be no
 * new share: sources that no signal names count together, and so does what only says that it is of
 * AWS.
 */
function countedWith(source: string, signals: readonly Listening[]): Counted {
  if (claimsAws(source))
    return { source: "aws.*", called: "sources that say they are AWS and did not come from it" };
  const named = signals.some(({ signal, settings }) =>
    [...signal.on, ...(settings.on ?? [])].some((occasion) => occasion.source === source),
  );
  if (!named) return { source: "*", called: "sources that no signal names" };
  return { source, called: unlinked(redactText(cut(source, 100))) };
}

const clock = (time: Date): string => `${time.toISOString().slice(11, 16)} UTC`;

/** What of an event that is not from AWS is told of its source in an hour. */
export function shareOf(event: IncomingEvent, signals: readonly Listening[]): Share | undefined {
  const [first] = signals;
  if (!first) return undefined;
  const { account, region } = event;
  const { source, called } = countedWith(event.source, signals);
  const most = first.settings.untrustedPerHour;
  return {
    source,
    most,
    instead(unit, { count, at, since, until }) {
      return {
        id: `${unit}.${digest([source, since, count]).slice(0, 32)}`,
        at,
        account,
        region,
        unit,
        kind: "signal",
        severity: "warning",
        title:
          count === null
            ? `More than ${most} events of ${called} came since ${clock(since)}: the next ones are not told`
            : `${count} more events of ${called} were not told since ${clock(since)}`,
        facts: {
          "not told": `what comes until ${clock(until)}; it is counted, and told again at 10, 100, 1000 and so on`,
          "what now":
            "find out who sends them; the settings' `untrustedPerHour` says how many are told",
        },
        untrusted: true,
      };
    },
  };
}
