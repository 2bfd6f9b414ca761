/** The form that leaves a target alone, as somebody filled it in. */
import * as z from "zod/mini";
import { exemptInputs } from "./modals.ts";
import { parsedJson } from "./parsed-json.ts";
import type { ViewSubmission } from "./payload.ts";
import { personOf, type SlackPerson } from "./who.ts";

const formAbout = z.object({ run: z.string(), channel: z.optional(z.string()) });

export interface SentForm {
  readonly person: SlackPerson;
  readonly channel: string | undefined;
  readonly view: string;
  /** What it was opened for, as it says itself. */
  readonly about: z.output<typeof formAbout> | undefined;
  readonly target: number;
  /** `2026-11-21` */
  readonly until: string;
  readonly reason: string;
}

export function formSentIn(submission: ViewSubmission): SentForm {
  const { view } = submission;
  const input = (name: string) => view.state.values[name]?.[name];
  const about = formAbout.safeParse(parsedJson(view.private_metadata)).data;
  return {
    person: personOf(submission),
    channel: about?.channel,
    view: view.id,
    about,
    target: Number(input(exemptInputs.target)?.selected_option?.value ?? Number.NaN),
    until: input(exemptInputs.until)?.selected_date ?? "",
    reason: (input(exemptInputs.reason)?.value ?? "").trim(),
  };
}
