/** Secrets in a text that give themselves away by their looks, whatever stands around them. */
import { tokenPatterns } from "./token-patterns.ts";
import { matchAt, type Stretch } from "./values.ts";

/** Their beginnings are shown: they say whose token it was. */
const beginnings =
  /(?<![A-Za-z0-9])(gh[opusr]_|github_pat_|gl(?:pat|dt|rt|ptt|cbt|soat|ft|agent)-|xox[abeoprs]-|xapp-|[sr]k_(?:live|test|prod)_|whsec_|sk-(?:ant|proj|svcacct|admin)-|sgp_|sntrys_|sntryu_|GOCSPX-|ya29\.|ATATT3|dckr_pat_|NRAK-|hvs\.|hvb\.|sbp_|[ps]at\.(?=[\w-]{22}\.)|pypi-|npm_(?=[A-Za-z0-9]{20})|SG\.(?=[\w-]{10,40}\.)|dop_v1_|shp(?:at|ca|pa|ss)_)[\w./+=~-]{8,}/g;

/** What gitleaks' rules leave out, or take only in company. */
const others: readonly RegExp[] = [
  // A JWT, signed or not, and any other JSON in base64.
  /(?<![A-Za-z0-9])eyJ[\w-]{10,}(?:\.[\w-]*){0,4}/g,
  /\bsk-[A-Za-z0-9]{20,}/g,
  /\b1\/\/0[\w-]{20,}/g,
  /\b\d{8,10}:AA[\w-]{30,}/g,
  /\bkey-[0-9a-f]{32}\b/g,
  /\b[0-9a-f]{32}-us\d{1,2}\b/g,
  /\boy2[a-z0-9]{43}\b/g,
  /\.atlasv1\.[\w=-]{20,}/g,
  /(?<![\w~.])[\w~.]{3}\dQ~[\w~.-]{31,34}/g,
  /\b(?:AKCp[A-Za-z0-9]{69}|cmVmd[A-Za-z0-9]{59})\b/g,
  /\bwebhook\.office\.com\/webhookb2\/[\w@/.-]{20,}/g,
  /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{1,20}\/[\w-]{20,}/g,
];

/**
 * Looks drawn by lot: upper and lower case, digits, and few words, unlike names in camel case with
 * their hashes, paths, ARNs, UUIDs and hexadecimal digests.
 */
function random(text: string): boolean {
  const parts = text.split(/[/_-]/).filter((part) => /[A-Z+=]/.test(part));
  const rest = parts
    .map((part) => part.replace(/[A-Z][a-z]{2,}/g, "").replace(/^[0-9A-F]{8}$/, ""))
    .join("");
  return rest.length >= 16 && /[a-z]/.test(rest) && /[A-Z]/.test(rest) && /[\d+=]/.test(rest);
}

/** Base64 of this length is of no use to a reader. */
const longRun = /[A-Za-z0-9+/=]{200}/;

/** @param instead what is put in the place of each */
export function withoutTokens(text: string, instead: string): string {
  if (text.length < 12) return text;
  const begun = text.replace(beginnings, `$1${instead}`);
  const known = [...others, ...tokenPatterns].reduce(
    (rest, pattern) => rest.replace(pattern, instead),
    begun,
  );
  return known.replace(/[A-Za-z0-9+/=_-]{40,}/g, (run) =>
    random(run) || longRun.test(run) ? instead : run,
  );
}

const armour = "-----BEGIN";
const privateKey = /-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY/y;

/** Private keys in armour, whole or cut off. */
export function armoured(text: string): Stretch[] {
  const spans: Stretch[] = [];
  for (let at = text.indexOf(armour); at >= 0; at = text.indexOf(armour, at)) {
    if (matchAt(privateKey, text, at) === undefined) {
      at += armour.length;
      continue;
    }
    const last = text.indexOf("-----END", at);
    const closed = last < 0 ? -1 : text.indexOf("-----", last + 8);
    const end = closed < 0 ? text.length : closed + 5;
    spans.push({ start: at, end });
    at = end;
  }
  const putty = text.indexOf("PuTTY-User-Key-File-");
  if (putty >= 0) spans.push({ start: putty, end: text.length });
  return spans;
}

/** What an address may be made of, as far as it is looked at. */
const address = /[^\s"'`<>\\]{1,600}/y;

/** The user and password of an address, whatever the password is made of. */
function userOf(rest: string): number {
  const authority = rest.slice(0, (rest.search(/[/?#]/) + rest.length + 1) % (rest.length + 1));
  const at = authority.lastIndexOf("@");
  // A slash or question mark in a password: what looks like a port is none.
  const colon = rest.indexOf(":");
  const slashed =
    colon >= 0 && colon < authority.length && !/^\d{1,5}$/.test(authority.slice(colon + 1));
  return slashed ? rest.lastIndexOf("@") : at;
}

/** Shown: `git@`, `ubuntu@`. What is as long as a key is none's name. */
const longestUser = 15;

/** Users and passwords in addresses: `://ann:hunter2@`, `://:hunter2@`, `://0123456789abcdef@`. */
export function addressed(text: string): Stretch[] {
  const spans: Stretch[] = [];
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", at)) {
    at += 3;
    const rest = matchAt(address, text, at) ?? "";
    const end = userOf(rest);
    const user = rest.slice(0, Math.max(0, end));
    if (user.includes(":") || user.length > longestUser) {
      spans.push({ start: at, end: at + end });
      at += end;
    }
  }
  return spans;
}

/** As Go's drivers write it: `ann:hunter2@tcp(db:3306)/x`. */
const driver = /@(?:tcp|unix|udp)\(/g;
const longestAddress = 300;

function driven(text: string): Stretch[] {
  return [...text.matchAll(driver)].flatMap(({ index }) => {
    const begin = Math.max(0, index - longestAddress);
    const before =
      text
        .slice(begin, index)
        .split(/[\s"'`<>(]/)
        .at(-1) ?? "";
    const colon = before.indexOf(":");
    return colon < 0 ? [] : [{ start: index - before.length + colon + 1, end: index }];
  });
}

/** What stands between a flag and its value, in a line and in a list of words. */
const between = /(?:[ =]{1,4}|["'],? ?["'])["']?/y;
const flagValue = /[^\s"',]{1,300}/y;

/** The value that follows a flag that ends there; empty where none does. */
function valueOfFlag(text: string, end: number): Stretch {
  const start = end + (matchAt(between, text, end)?.length ?? 0);
  if (start === end) return { start, end };
  return { start, end: start + (matchAt(flagValue, text, start)?.length ?? 0) };
}

const endsOf = (text: string, flag: RegExp): number[] =>
  [...text.matchAll(flag)].map(({ 0: found, index }) => index + found.length);

/** `-p hunter2`; ports, paths and further flags are none. */
const passwordFlag = /(?<![\w-])-p(?=[ ="'])/g;
const noPassword = /^(?:[\d:.-]+(?:\/\w{1,5})?$|[-/.~])/;
/** Makes folders or listens: its `-p` is none. */
const otherwise =
  /\b(?:mkdir|cp|ssh|scp|docker run|podman run|nc|ncat|pytest|tar|rsync|netstat|ps) /;
const loggingIn = /\blogin\b|mysql|maria|psql|mongo|sshpass|sqlcmd/;

function passwords(text: string): Stretch[] {
  if (otherwise.test(text) && !loggingIn.test(text)) return [];
  return endsOf(text, passwordFlag)
    .map((end) => valueOfFlag(text, end))
    .filter(({ start, end }) => !noPassword.test(text.slice(start, end)));
}

/** `curl -u ann:hunter2`, `--user ann:hunter2`; two numbers are a user's and a group's. */
const userFlag = /(?<![\w-])(?:-u|--user|--proxy-user)(?=[ ="'])/g;

const users = (text: string): Stretch[] =>
  endsOf(text, userFlag).flatMap((at) => {
    const { start, end } = valueOfFlag(text, at);
    const [, after] = text.slice(start, end).split(":", 2);
    if (after === undefined || /^\d+$/.test(after)) return [];
    return [{ start: text.indexOf(":", start) + 1, end }];
  });

/** Where `-phunter2` is a password. */
const attaching = /\b(?:mysql|mariadb|mongo|sshpass|7z)/;
const attached = /(?<![\w-])-p(?=[^\s=])/g;
/** Where `-a` and `-w` take one. */
const otherFlags: readonly (readonly [program: RegExp, flag: RegExp])[] = [
  [/\bredis-cli\b/, /(?<![\w-])-a(?= )/g],
  [/\bldap\w{1,10}\b/, /(?<![\w-])-w(?= )/g],
];

const glued = (text: string): Stretch[] =>
  endsOf(text, attached).map((start) => ({
    start,
    end: start + (matchAt(flagValue, text, start)?.length ?? 0),
  }));

/** `IDENTIFIED BY 'hunter2'`: as databases are told it. */
const identified = /\bidentified\s{1,3}by(?=\s{1,3}["'])/gi;

/** Passwords of commands that no name gives away. */
export function commanded(text: string): Stretch[] {
  return [
    ...endsOf(text, identified).map((end) => valueOfFlag(text, end)),
    ...driven(text),
    ...users(text),
    ...passwords(text),
    ...(attaching.test(text) ? glued(text) : []),
    ...otherFlags.flatMap(([program, flag]) =>
      program.test(text) ? endsOf(text, flag).map((end) => valueOfFlag(text, end)) : [],
    ),
  ].filter(({ start, end }) => end > start);
}

/** A scheme of authorisation with what follows: `Bearer …`, `Basic …`. */
const schemed = /\b(?:bearer|basic)\s{1,8}[\w.~+/=-]{8,}/gi;
/** What follows these words in a sentence. */
const sentence =
  /\s(?:auth|access|token|scheme|cred|challenge|realm|header|user|password|login|support|plan|tier|monitor|health|constraint|information|functional)/i;

export const authorised = (text: string): Stretch[] =>
  [...text.matchAll(schemed)].flatMap(({ 0: found, index }) => {
    if (sentence.test(found)) return [];
    const gap = found.search(/\s/);
    return [{ start: index + gap + 1, end: index + found.length }];
  });
