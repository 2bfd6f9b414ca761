/** What a proposal changes, for people: the name of its target, and each field before and after. */
import type { CallData } from "../../ledger/actions.ts";
import type { FieldChange } from "../../ledger/result.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { serialise } from "../../sdk/codec.ts";
import { type Fields, isFields } from "../../sdk/fields.ts";
import { cut } from "../../sdk/plain.ts";
import { tagMap } from "../../sdk/tags.ts";
import type { Target } from "../../sdk/unit.ts";

/** A line of a terminal holds two of them. */
const longest = 60;
/** More says less. */
const mostFields = 8;

function valueText(value: unknown): string {
  if (value === undefined || value === null) return "none";
  return cut(typeof value === "string" ? value : serialise(value), longest);
}

const isSame = (a: unknown, b: unknown): boolean => serialise(a ?? null) === serialise(b ?? null);

/** What is said of a whole, where no field says it. */
const wholeText = (state: unknown): string =>
  isFields(state)
    ? Object.entries(state)
        .filter(([, value]) => value !== undefined && value !== null && !isSame(value, {}))
        .map(([name, value]) => `${name} ${valueText(value)}`)
        .join(", ")
    : valueText(state);

function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !isSame(before[field], after[field]))
    .slice(0, mostFields)
    .map((field) => ({
      field,
      before: valueText(before[field]),
      after: valueText(after[field]),
    }));
}

/** What the input of a call says of fields that the state has too, itself or one level deeper. */
function saidByInput(state: Fields, { input }: CallData): Fields {
  const known = Object.keys(state);
  const levels = [input, ...Object.values(input)].filter(isFields);
  const said = levels.flatMap((level) =>
    known.flatMap((field) => (level[field] === undefined ? [] : [[field, level[field]] as const])),
  );
  return { ...state, ...Object.fromEntries(said) };
}

/**
 * Each field that a call changes.
 * @param becomes the state afterwards, where the automation says it; `null`: gone
 */
export function fieldChangesOf(before: unknown, call: CallData, becomes: unknown): FieldChange[] {
  if (becomes === null) return [{ field: null, before: wholeText(before), after: "gone" }];
  if (isFields(before))
    return fieldChanges(before, isFields(becomes) ? becomes : saidByInput(before, call));
  if (becomes === undefined || isSame(before, becomes)) return [];
  return [{ field: null, before: wholeText(before), after: wholeText(becomes) }];
}

/** From one state of a target to another; what is not there is gone. */
export function stateChangesOf(from: unknown, to: unknown): FieldChange[] {
  if (isFields(from) && isFields(to)) return fieldChanges(from, to);
  const text = (state: unknown) => (state === undefined ? "gone" : wholeText(state));
  return [{ field: null, before: text(from), after: text(to) }];
}

/** Of tags that were listed; what has to be fetched is not, for a name. */
function tagName(tags: Target["tags"]): string | undefined {
  const name = tags && tagMap(tags)?.Name;
  return name === "" ? undefined : name;
}

type Thing = Parameters<AnyAutomation["target"]>[0];

/** What people call a target: what the automation says, else its tag `Name`. */
export function nameOfTarget(
  unit: AnyAutomation,
  thing: Thing,
  target: Target,
): string | undefined {
  const name = unit.name?.(thing) ?? tagName(target.tags);
  return name === target.id ? undefined : name;
}
