/**
 * Everything that AWS's services publish past EventBridge, each in a shape of its own. Whether a
 * function has to know them, its triggers say: the bundle step puts `no-own-shapes.ts` in this
 * file's place where none of them can start it.
 */
import type { Fields } from "../sdk/fields.ts";
import { alarmOfDirect, alarmOfSns, isDirectAlarm, isSnsAlarm } from "./alarm-shapes.ts";
import { isScalingTest, serviceLetter, serviceNotice, type Through } from "./notices.ts";
import {
  anomaly,
  budgetLetter,
  invocationRecord,
  isAnomaly,
  isBudgetLetter,
  isInvocationRecord,
  isS3Record,
  isS3Test,
  s3Record,
} from "./other-shapes.ts";
import { publishers } from "./trust.ts";

/** Each gives events as the bus would have brought them. */
export interface OwnShapes {
  /** @returns none where a service only tries out what it publishes to; `undefined`: no known shape */
  ofFields(given: Fields, through: Through): readonly Fields[] | undefined;
  /** What a service writes as a text for people. */
  ofLetter(message: string, through: Through): Fields | undefined;
  /** One of a list of records. */
  ofRecord(record: unknown, through: Through): Fields | undefined;
}

function ofFields(given: Fields, through: Through): readonly Fields[] | undefined {
  if (isDirectAlarm(given)) return [alarmOfDirect(given)];
  if (isSnsAlarm(given)) return [alarmOfSns(given, through.arn)];
  if (Array.isArray(given.Records) && given.Records.length > 0 && given.Records.every(isS3Record))
    return given.Records.map((record) => s3Record(record, through));
  if (isS3Test(given) || isScalingTest(given)) return [];
  if (isInvocationRecord(given)) return [invocationRecord(given)];
  if (isAnomaly(given)) return [anomaly(given, through)];
  const notice = serviceNotice(given, through);
  return notice && [notice];
}

export const ownShapes: OwnShapes = {
  ofFields,
  ofLetter: (message, through) =>
    isBudgetLetter(message) ? budgetLetter(message, through) : serviceLetter(message, through),
  ofRecord: (record, through) => (isS3Record(record) ? s3Record(record, through) : undefined),
};

/** The sources of all events that come in such a shape. */
export const ownSources: ReadonlySet<string> = new Set([...publishers, "lambda"]);
