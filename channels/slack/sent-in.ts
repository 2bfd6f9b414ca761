/** Somebody sent in the form that leaves a target alone. */
import * as z from "zod/mini";
import { unitOf } from "../../ledger/ids.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { appOf, failureText, permitted } from "./asker.ts";
import type { Asker, SlackRequest } from "./endpoint-parts.ts";
import { latestExemption } from "./exempt-until.ts";
import { refusalText } from "./may.ts";
import { exemptInputs } from "./modals.ts";
import { parsedJson } from "./parsed-json.ts";
import type { ViewSubmission } from "./payload.ts";
import { closeForm } from "./remembered.ts";
import { jsonAnswer, nothingShown, type UrlAnswer } from "./url-answer.ts";
import { acts, forms } from "./value.ts";
import { identityOf } from "./who.ts";

const formAbout = z.object({ run: z.string(), channel: z.optional(z.string()) });

/** What is wrong with a form, beside the input that it is about. */
interface Wrong {
  readonly input: string;
  readonly text: string;
}
const wrongTarget = (text: string): Wrong => ({ input: exemptInputs.target, text });

/** A form as it was filled in. */
interface SentIn extends Asker {
  readonly view: string;
  /** What it was opened for, as it says itself. */
  readonly about: z.output<typeof formAbout> | undefined;
  readonly target: number;
  /** `2026-11-21` */
  readonly until: string;
  readonly reason: string;
}

function filledIn(request: SlackRequest, submission: ViewSubmission): SentIn {
  const { user, team, api_app_id, view } = submission;
  const input = (name: string) => view.state.values[name]?.[name];
  const about = formAbout.safeParse(parsedJson(view.private_metadata)).data;
  return {
    ...request,
    person: { team: user.team_id ?? team?.id ?? "", user: user.id, app: api_app_id },
    channel: about?.channel,
    view: view.id,
    about,
    target: Number(input(exemptInputs.target)?.selected_option?.value ?? Number.NaN),
    until: input(exemptInputs.until)?.selected_date ?? "",
    reason: (input(exemptInputs.reason)?.value ?? "").trim(),
  };
}

/** Takes a form. @returns the errors that Slack shows beside its inputs, or nothing */
export async function takeForm(
  request: SlackRequest,
  submission: ViewSubmission,
): Promise<UrlAnswer> {
  if (submission.view.callback_id !== forms.exempt) return nothingShown;
  const wrong = await takeExemption(filledIn(request, submission));
  if (!wrong) return nothingShown;
  return jsonAnswer({ response_action: "errors", errors: { [wrong.input]: wrong.text } });
}

async function takeExemption(form: SentIn): Promise<Wrong | undefined> {
  try {
    return await handOver(form);
  } catch (error) {
    form.endpoint.log.error("A form in Slack could not be taken", { error: inOneLine(error) });
    return wrongTarget(failureText(error).slice(0, 150));
  }
}

async function handOver(form: SentIn): Promise<Wrong | undefined> {
  const { endpoint, person, key, about, target, until, reason } = form;
  if (!about || !appOf(form))
    return wrongTarget("This form is not Nightshift's any more: open it again.");
  if (!(await permitted(form, "decide", { act: acts.exempt, on: about.run })))
    return wrongTarget(refusalText("decide", person).slice(0, 150));
  const wrong = wrongInput(form, unitOf(about.run));
  if (wrong) return wrong;
  // A form that Slack did open for this person, which the secret alone does not make.
  const opened = await closeForm(endpoint.store, form.view);
  if (opened?.by !== identityOf(person) || opened.about !== about.run)
    return wrongTarget("This form was sent in before, or was not opened for you: open it again.");
  const { run, channel } = about;
  const where = channel ? { channel } : {};
  await endpoint.work({ kind: "exempt", person, key, run, target, until, reason, ...where });
  return undefined;
}

function wrongInput({ endpoint, target, until, reason }: SentIn, unit: string): Wrong | undefined {
  const { clock, units, settings } = endpoint;
  const now = clock.now();
  const latest = latestExemption(unit, units, settings, now);
  if (!Number.isInteger(target) || target < 0) return wrongTarget("Choose a target");
  if (until < now.toISOString().slice(0, 10) || until > latest)
    return { input: exemptInputs.until, text: `Give a day from today to ${latest}` };
  if (!reason) return { input: exemptInputs.reason, text: "Whoever reads it later must know" };
  return undefined;
}
