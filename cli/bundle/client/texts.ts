/** Values of schemas as texts, in headers, addresses, queries and XML, and texts as values. */
import type { NormalizedSchema } from "@smithy/core/schema";
import { fromBase64, LazyJsonString, toBase64 } from "@smithy/core/serde";
import {
  dateToUtcString,
  parseEpochTimestamp,
  parseRfc3339DateTime,
  parseRfc7231DateTime,
} from "./dates.ts";

/** The SDK's numbers for how a time is written. */
export const timeForms = { dateTime: 5, httpDate: 6, epoch: 7 } as const;
type TimeForm = (typeof timeForms)[keyof typeof timeForms];

const formOf = (schema: NormalizedSchema, otherwise: TimeForm): TimeForm => {
  const format = schema.getSchema();
  return Object.values(timeForms).find((form) => form === format) ?? otherwise;
};

/** Whether a text is JSON in itself. */
const isJson = (schema: NormalizedSchema): boolean =>
  /^application\/json$|\+json$/.test(String(schema.getMergedTraits().mediaType));

function timeIn(schema: NormalizedSchema, text: string, otherwise: TimeForm): Date | undefined {
  const form = formOf(schema, otherwise);
  if (form === timeForms.dateTime) return parseRfc3339DateTime(text);
  return form === timeForms.httpDate ? parseRfc7231DateTime(text) : parseEpochTimestamp(text);
}

/** @param otherwise how a time is written where its schema does not say */
export function fromText(
  schema: NormalizedSchema,
  text: string,
  otherwise: TimeForm = timeForms.dateTime,
): unknown {
  if (schema.isTimestampSchema()) return timeIn(schema, text, otherwise);
  if (schema.isNumericSchema()) return Number(text);
  if (schema.isBooleanSchema()) return text.toLowerCase() === "true";
  if (schema.isBlobSchema()) return fromBase64(text);
  if (schema.isBigIntegerSchema()) return BigInt(text);
  return schema.isStringSchema() && isJson(schema) ? LazyJsonString.from(text) : text;
}

/** @param otherwise how a time is written where its schema does not say */
export function toText(
  schema: NormalizedSchema,
  value: unknown,
  otherwise: TimeForm = timeForms.dateTime,
): string {
  if (value instanceof Uint8Array) return toBase64(value);
  if (schema.isBlobSchema()) return toBase64(String(value));
  if (!(value instanceof Date)) return String(value);
  const form = formOf(schema, otherwise);
  if (form === timeForms.epoch) return String(value.getTime() / 1000);
  return form === timeForms.httpDate
    ? dateToUtcString(value)
    : value.toISOString().replace(".000Z", "Z");
}
