/**
 * What happens in the week of on-call, and what people must have received of it: a rotation over
 * its hand-over, a night in which nobody is woken, a matter that comes again, a storm.
 */
import { nightFeatures } from "../../features.night.ts";
import { titleText } from "../../messages/render/text.ts";
import { instantOf, wallTimeAt } from "../../sdk/wall-clock.ts";
import { liveThrough, type Week, type WeekReceipt, type WeekSignal, weekZone } from "./week.ts";

/** What was received at once, and what that shows. */
export interface WeekLine {
  /** `Mon 09:05`. */
  readonly when: string;
  readonly through: readonly string[];
  readonly title: string;
  /** Absent where the lines before have shown it. */
  readonly shows: string | undefined;
}

export interface WeekTold {
  readonly lines: readonly WeekLine[];
  /** How many signals there were. */
  readonly signals: number;
  /** What people have not received as they must, or must not have. */
  readonly differences: readonly string[];
}

const dates: Readonly<Record<string, string>> = {
  Sun: "2026-11-08",
  Mon: "2026-11-09",
  Tue: "2026-11-10",
  Wed: "2026-11-11",
  Thu: "2026-11-12",
};

/** @param when `Mon 09:05`, as clocks on the wall show it */
function at(when: string): Date {
  const [day = "", time = ""] = when.split(" ");
  return instantOf(Date.parse(`${dates[day]}T${time}:00Z`), weekZone);
}

function shownAt(instant: Date): string {
  const wall = new Date(wallTimeAt(instant, weekZone)).toISOString();
  const day = Object.entries(dates).find(([, date]) => wall.startsWith(date))?.[0];
  return `${day ?? wall.slice(0, 10)} ${wall.slice(11, 16)}`;
}

type Happening = readonly [when: string, happens: (week: Week) => Promise<void>];

const over = (signal: WeekSignal): WeekSignal => ({
  ...signal,
  severity: "info",
  title: `${signal.title}: over`,
  closes: true,
  confirmed: true,
});

const storage: WeekSignal = {
  unit: "rds",
  key: "orders/storage",
  severity: "warning",
  title: "Database orders: 12 % of its storage is left",
};
const errors: WeekSignal = {
  unit: "alarm",
  key: "checkout",
  severity: "critical",
  title: "checkout answers with errors",
};
const build: WeekSignal = {
  unit: "codebuild",
  key: "build/shop",
  severity: "warning",
  title: "The build of shop failed",
  occurs: true,
};
const hosts = Array.from(
  { length: 60 },
  (_, nth): WeekSignal => ({
    unit: "alarm",
    key: `host-${nth}`,
    severity: "critical",
    title: `host-${nth} does not answer`,
  }),
);

/** Five rounds in five minutes. */
const storm: readonly Happening[] = Array.from({ length: 5 }, (_, round) => [
  `Thu 03:0${round}`,
  (week) => week.signals(hosts),
]);

const happenings: readonly Happening[] = [
  ["Sun 23:10", (week) => week.signals([storage])],
  ["Mon 08:55", (week) => week.signals([errors])],
  ["Mon 09:06", (week) => week.take(errors.title)],
  ["Mon 09:30", (week) => week.signals([over(errors)])],
  ["Mon 09:40", (week) => week.signals([over(storage)])],
  ["Tue 14:00", (week) => week.signals([build])],
  ["Tue 14:10", (week) => week.take(build.title)],
  ["Wed 10:00", (week) => week.signals([build])],
  ["Wed 11:00", (week) => week.signals([over(build)])],
  ...storm,
  ["Thu 04:00", (week) => week.signals(hosts.map(over))],
];

/** What people must receive, and by when. */
interface Expected {
  readonly from: string;
  readonly until: string;
  /** Each of them; others may. */
  readonly through: readonly ("team" | "phone")[];
  readonly says: RegExp;
  readonly shows: string;
}

const both = ["team", "phone"] as const;
const expected: readonly Expected[] = [
  {
    from: "Mon 07:00",
    until: "Mon 07:05",
    through: ["team"],
    says: /storage/,
    shows:
      "the morning after: on Sunday at 23:10 a warning woke nobody, for it was quiet until 07:00; it is told once",
  },
  {
    from: "Mon 08:55",
    until: "Mon 08:57",
    through: both,
    says: /checkout/,
    shows: "critical: the phone too; Ann is on call for five more minutes",
  },
  {
    from: "Mon 09:05",
    until: "Mon 09:06",
    through: both,
    says: /Nobody has taken it for 10 minutes, so Ben is called: .*checkout/,
    shows: "the rotation was handed over at 09:00: Ben is called, not Ann",
  },
  {
    from: "Mon 09:06",
    until: "Mon 09:20",
    through: both,
    says: /Ben has taken it: .*checkout/,
    shows: "nobody else is called",
  },
  {
    from: "Mon 09:30",
    until: "Mon 09:50",
    through: ["team"],
    says: /Over after/,
    shows: "its state was read, and says so too",
  },
  {
    from: "Tue 14:00",
    until: "Tue 14:20",
    through: ["team"],
    says: /build of shop/,
    shows: "a build that fails does not end by itself: Ben takes it",
  },
  {
    from: "Wed 10:00",
    until: "Wed 10:20",
    through: ["team"],
    says: /^(?!Ben has taken it).*build of shop/,
    shows: "it fails again: what was taken is open again, and told anew",
  },
  {
    from: "Wed 11:00",
    until: "Wed 11:20",
    through: ["team"],
    says: /^Over after.*build of shop/,
    shows: "a later build succeeds",
  },
  {
    from: "Thu 03:00",
    until: "Thu 03:09",
    through: both,
    says: /incidents/,
    shows: "a storm: one message, not one each",
  },
  {
    from: "Thu 03:10",
    until: "Thu 03:20",
    through: both,
    says: /so Ben is called/,
    shows: "it is quiet, but critical: Ben is called once for all of them",
  },
  {
    from: "Thu 03:20",
    until: "Thu 03:40",
    through: ["phone"],
    says: /Ben called once more/,
    shows: "nobody has taken it: Ben is called once more, and it says that this was the last call",
  },
  {
    from: "Thu 04:00",
    until: "Thu 04:10",
    through: both,
    says: /Over after 1 hour: 60 incidents/,
    shows: "all is over, and whoever was called is told so",
  },
];

const isWithin = ({ from, until }: Expected, when: Date): boolean =>
  at(from) <= when && when <= at(until);

/** Messages in their order, with the channels that each went through. */
function linesOf(received: readonly WeekReceipt[]): (WeekLine & { readonly at: Date })[] {
  const shown = new Set<Expected>();
  return [...Map.groupBy(received, ({ message }) => message.id).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const title = titleText(first.message);
    const fits = expected.find((each) => isWithin(each, first.at) && each.says.test(title));
    const shows = fits && !shown.has(fits) ? fits.shows : undefined;
    if (fits) shown.add(fits);
    const through = same.map(({ channel }) => channel);
    return [{ at: first.at, when: shownAt(first.at), through, title, shows }];
  });
}

/** What differs from what must be received: nothing more, and nothing less. */
export function weekDifferences(received: readonly WeekReceipt[]): string[] {
  const titled = received.map((each) => ({ ...each, title: titleText(each.message) }));
  const missing = expected.flatMap((each) =>
    each.through
      .filter(
        (channel) =>
          !titled.some(
            (one) => one.channel === channel && isWithin(each, one.at) && each.says.test(one.title),
          ),
      )
      .map((channel) => `the week: ${each.from}, ${channel} did not get what shows: ${each.shows}`),
  );
  const unexpected = titled
    .filter((one) => !expected.some((each) => isWithin(each, one.at) && each.says.test(one.title)))
    .map(
      ({ at: when, channel, title }) =>
        `the week: ${shownAt(when)}, ${channel} got what nobody expected: ${title}`,
    );
  return [...missing, ...unexpected];
}

/** Lives through it. @returns nothing where no feature has such a week */
export async function weekOnCall(): Promise<WeekTold | undefined> {
  const feature = nightFeatures.find((each) => each.week);
  const week = feature && (await liveThrough(feature, at("Sun 23:00")));
  if (!week) return undefined;
  for (const [when, happens] of happenings) {
    await week.until(at(when));
    await happens(week);
  }
  await week.until(at("Thu 08:00"));
  return {
    lines: linesOf(week.received),
    signals: week.sent(),
    differences: weekDifferences(week.received),
  };
}
