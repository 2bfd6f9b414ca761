/**
 * A function of the account's own that says whether what a drill restored is what it should be. Its
 * answer is read strictly; what is no answer makes nothing good, nor bad: then nobody knows.
 */
import * as z from "zod/mini";
import { invoke } from "../../aws/lambda/function.ts";
import { inDoubt, inOneLine, isTimeout } from "../../sdk/errors.ts";
import type { Carrier } from "../../sdk/flow.ts";
import { after, hours, inWords, minutes } from "../../sdk/time.ts";
import type { Drill, DrillVerdict } from "./drill-told.ts";

/** In the config of a drill. */
export const validatorField = z
  .optional(
    z
      .string()
      .check(
        z.regex(
          /^[A-Za-z0-9_-]{1,64}(:[A-Za-z0-9_-]{1,128})?$/,
          "must be the name of a function, or name:alias, as it is in each region; not an ARN",
        ),
      ),
  )
  .check(
    z.describe(
      "A Lambda function of yours that looks into what was restored: it is given `{ drill, backups, of, slot, restored, endpoint }` and answers `{ ok, why }` within ten seconds, or `{ wait: true }` to be asked again in a minute. The role that carries the drill may invoke that function and no other. What it cannot answer makes nothing good.",
    ),
  );

export const validatorReads = [invoke] as const;

/** Which function a drill's role may invoke: that of its settings, and no other. */
export const namedValidator = ({ validator }: { readonly validator?: string | undefined }) => ({
  validator: validator === undefined ? [] : [validator],
});

/** What a drill has made. */
export interface Restored {
  /** Ids of the backups. */
  readonly backups: readonly string[];
  /** Ids of what was made of them. */
  readonly restored: readonly string[];
  /** Where it is reached from within its network, if anywhere. */
  readonly endpoint?: string | undefined;
}

const verdictGiven = z.object({
  ok: z.boolean(),
  why: z.string().check(z.minLength(1), z.maxLength(1000)),
});
const answered = z.union([verdictGiven, z.strictObject({ wait: z.literal(true) })]);

const unknown = (why: string): DrillVerdict => ({ result: "unknown", why });

/** What Lambda answers. */
export interface ValidatorAnswer {
  readonly FunctionError?: string | undefined;
  readonly Payload?: Uint8Array | undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const failure = z.object({
  errorType: z.optional(z.string()),
  errorMessage: z.optional(z.string()),
});

/** Of a larger answer nothing is read: bytes. */
const largestAnswer = 100_000;

/** So much of what a function says of its own failure is told. */
const mostSaid = 300;

/** @returns nothing where it wants to be asked again */
export function validatorVerdict(
  name: string,
  { FunctionError, Payload }: ValidatorAnswer,
): DrillVerdict | undefined {
  const isRead = Payload !== undefined && Payload.byteLength <= largestAnswer;
  const answer = isRead ? parsed(new TextDecoder().decode(Payload)) : undefined;
  if (FunctionError !== undefined) {
    const { errorType = FunctionError, errorMessage = "" } = failure.safeParse(answer).data ?? {};
    return unknown(`the validator ${name} failed: ${errorType} ${errorMessage}`.slice(0, mostSaid));
  }
  const read = answered.safeParse(answer);
  if (!read.success)
    return unknown(`the validator ${name} did not answer { ok, why }: look at what it returns`);
  if ("wait" in read.data) return undefined;
  const { ok, why } = read.data;
  return { result: ok ? "good" : "bad", why: `the validator ${name}: ${why}` };
}

/** A validator that wants more time, and one that Lambda has no room for, is asked again for so long. */
const patience = hours(2);

/** Lambda could not ask it now. */
const isBusy = (error: unknown): boolean =>
  (error instanceof Error && /TooManyRequests|Throttl/.test(error.name)) ||
  (inDoubt(error) && !isTimeout(error));

function notAsked(name: string, error: unknown): DrillVerdict {
  if (isTimeout(error))
    return unknown(
      `the validator ${name} did not answer within ten seconds: let it answer { wait: true }, and it is asked again`,
    );
  return unknown(`the validator ${name} could not be asked: ${inOneLine(error)}`);
}

/** What was found out, and whether by the validator too. */
export interface Validated extends DrillVerdict {
  readonly isValidated: boolean;
}

type Asking = Pick<Carrier<typeof validatorReads, []>, "carries" | "look" | "until">;

/**
 * Asks the validator of the settings, where there is one and what was looked at so far is good. What
 * goes wrong with it stops no drill: what was restored is taken away all the same.
 * @param own what the drill itself found
 */
export async function validated(
  { validator: name, about, slot }: Drill,
  { own, backups, restored, endpoint }: Restored & { readonly own: DrillVerdict },
  { carries, look, until }: Asking,
): Promise<Validated> {
  if (name === undefined || own.result !== "good") return { ...own, isValidated: false };
  const given = { drill: carries.action, backups, of: about, slot, restored, endpoint };
  const Payload = new TextEncoder().encode(JSON.stringify(given));
  const began = await look("when the validator is first asked", async (_, now) => now);
  const { result, why } = await until(
    "the validator has answered",
    async (read, now) => {
      const isLast = now >= after(began, patience);
      try {
        const answer = await read(invoke({ FunctionName: name, Payload }));
        const verdict = validatorVerdict(name, answer);
        if (verdict || !isLast) return verdict;
        return unknown(`the validator ${name} had no answer after ${inWords(patience)}`);
      } catch (error) {
        return isBusy(error) && !isLast ? undefined : notAsked(name, error);
      }
    },
    { every: minutes(1), atMost: hours(3) },
  );
  return { result, why: `${own.why}; ${why}`, isValidated: result !== "unknown" };
}

/** What was looked at, with what the validator does. */
export const checkedWith = (words: string, { validator }: Drill, { isValidated }: Validated) =>
  isValidated ? `${words}. Beside that, whatever the validator ${validator} looks at` : words;

/**
 * What a result that is not known means.
 * @param isLate whether it was not there in time
 * @param own what the drill itself found
 */
export function unknownMeans(isLate: boolean, own: DrillVerdict): string {
  if (isLate) return "was not restored in time";
  if (own.result === "good") return "was restored, and its validator has not said that it is good";
  return "was restored, and is not as was expected";
}
