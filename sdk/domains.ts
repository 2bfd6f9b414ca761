/**
 * Domains without a scheme, which mail clients and chats make links of by themselves:
 * `evil.com/login`.
 */

/**
 * Ends of domains that make a link by themselves. Those that are words of everyday events too
 * (`user.id`, `my.app`, `db.host`) make one with a path alone.
 */
const ends: ReadonlySet<string> = new Set(
  `com net org info biz edu gov mil int pro mobi asia xyz top site online shop store club life click
  win bid loan world today space website tech fun icu vip buzz press cloud dev zip mov news blog
  support solutions digital agency center company ltd inc llc systems ninja rocks best art bar cafe
  chat codes credit deals design download exchange expert express finance fund fyi games gifts
  global gold guru help ink law lol market money pics poker porn promo pub red rest review rip sale
  sbs science sexy show skin social software stream study surf tax team tips tokyo trade vegas video
  webcam wiki wtf yoga cfd cyou monster quest hair makeup bond`.split(/\s+/),
);

/** Countries' ends, those of one first letter together: `ac`, `ad`, `ae`. */
const countries: ReadonlySet<string> = new Set(
  `acdefgilmorstuwxz babdefghijmnorstwyz cacdfghiklmnoruvwxyz dejkmoz ecegrstu fijkmor
  gadefghilmnpqrstuwy hkmnrtu ielmnoqrst jemop keghimnprwyz labcikrstuvy macdeghklmnopqrstuvwxyz
  nacefgilopruz om paefghklmnrstwy qa reosuw sabcdeghiklmnorstuvxyz tcdfghjklmnortvwz uagksyz
  vaceginu wfs yet zamw`
    .split(/\s+/)
    .flatMap(([first = "", ...second]) => second.map((letter) => first + letter)),
);

/** Ends of files and of hosts that no public domain has. */
const noEnds: ReadonlySet<string> = new Set(
  `arpa bak cfg conf css csv default exe gz html internal ini jar java jpeg jpg js json jsonl jsx
  lan local localdomain localhost lock log mjs parquet pdf png sql svc svg tar tgz tmp toml ts tsx
  txt war xml yaml yml`.split(/\s+/),
);

/** Letters, digits and dots of every script, as many as stand together. */
const word = /[\p{L}\p{N}\p{M}_.\u3002\uff0e\uff61-]+/gu;
const dots = /[\u3002\uff0e\uff61]/g;

const consoles = ["aws.amazon.com", "console.amazonaws.cn", "console.amazonaws-us-gov.com"];
const isPageOfAws = (host: string): boolean =>
  consoles.some((known) => host === known || host.endsWith(`.${known}`));

/** Hosts of AWS's own: its services' names, and what serves no pages. */
function isOfAws(host: string): boolean {
  if (isPageOfAws(host)) return true;
  const [before] = host.split(".amazonaws.com", 1);
  if (before === undefined || before === host) return false;
  return !before.includes(".") || /\.(?:rds|cache|ecr\.[a-z0-9-]{1,30}|compute)$/.test(before);
}

/** What stands around a word in a text. */
interface Around {
  readonly before: string;
  readonly after: string;
}

/** `any`: bare domains too. `path`: only what leads to a page. */
type Breaking = "any" | "path";

function wouldLink(host: string, { before, after }: Around, breaking: Breaking): boolean {
  const last = host.slice(host.lastIndexOf(".") + 1);
  const path = /^(?:[/?#]|:\d)/.test(after);
  if (breaking === "path" && !path) return false;
  if (/^aws\.[a-z0-9-]+$/.test(host) || isOfAws(host)) return false;
  // Mail: an address of a person.
  if (before === "@" && !path) return false;
  if (ends.has(last) || countries.has(last) || last.startsWith("xn--")) return true;
  if (!path || before === "/" || before === ":" || noEnds.has(last)) return false;
  return /^\p{L}{2,63}$/u.test(last);
}

/** `evil.com/login` is `evil[.]com/login`; names of files, fields and AWS's own hosts stay. */
export const withoutDomains = (text: string, breaking: Breaking = "any"): string =>
  text.replace(word, (found, at: number) => {
    const host = found
      .replace(dots, ".")
      .replace(/\.{1,9}$/, "")
      .toLowerCase();
    const dot = host.lastIndexOf(".");
    if (dot <= 0) return found;
    const end = at + host.length;
    const around = { before: text.charAt(at - 1), after: text.slice(end, end + 2) };
    if (!wouldLink(host, around, breaking)) return found;
    return `${found.slice(0, dot)}[.]${found.slice(dot + 1)}`;
  });

/**
 * For what AWS says: its own pages stay links, whatever else somebody has put into a field of its
 * events leads nowhere. Bare domains stay as they are: they are what a certificate is for.
 */
export const ownLinksOnly = (text: string): string =>
  withoutDomains(
    text.replace(/:\/\/([^\s/?#"'<>\\]{0,255})/g, (found, host: string) =>
      isPageOfAws(host.toLowerCase()) ? found : `[:]//${host}`,
    ),
    "path",
  );
