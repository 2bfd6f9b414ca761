/**
 * In place of the SDK's readers of times in bundles: the same times of what AWS sends, without the
 * forms of the last century and the SDK's own arithmetic of days.
 */

/** As in an HTTP header. */
export const dateToUtcString = (date: Date): string => date.toUTCString();

/** @param moment what the text says, in milliseconds */
function dateOf(text: unknown, moment: number): Date {
  if (Number.isNaN(moment)) throw new TypeError(`${String(text)} is no time as AWS writes it`);
  return new Date(moment);
}

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[-+]\d\d:\d\d)$/;

function fromRfc3339(text: unknown): Date | undefined {
  if (text === null || text === undefined) return undefined;
  const [, moment, fraction = "0", zone] = rfc3339.exec(String(text).toUpperCase()) ?? [];
  return dateOf(text, Date.parse(`${moment}${zone}`) + Math.round(Number(fraction) * 1000));
}

const imfDate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

function fromHttpDate(text: unknown): Date | undefined {
  if (text === null || text === undefined) return undefined;
  return dateOf(text, imfDate.test(String(text)) ? Date.parse(String(text)) : Number.NaN);
}

const numeral = /^-?(\d+(\.\d+)?|\.\d+)(e[-+]?\d+)?$/i;

function fromEpoch(seconds: unknown): Date | undefined {
  if (seconds === null || seconds === undefined) return undefined;
  const known = typeof seconds === "number" || numeral.test(String(seconds));
  const moment = known ? Math.round(Number(seconds) * 1000) : Number.NaN;
  return dateOf(seconds, Number.isFinite(moment) ? moment : Number.NaN);
}

export {
  fromEpoch as _parseEpochTimestamp,
  fromEpoch as parseEpochTimestamp,
  fromHttpDate as _parseRfc7231DateTime,
  fromHttpDate as parseRfc7231DateTime,
  fromRfc3339 as _parseRfc3339DateTimeWithOffset,
  fromRfc3339 as parseRfc3339DateTime,
  fromRfc3339 as parseRfc3339DateTimeWithOffset,
};
