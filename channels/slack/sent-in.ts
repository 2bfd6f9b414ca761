/** Somebody sent in the form that leaves a target alone. */
import { unitOf } from "../../ledger/ids.ts";
import { inOneLine } from "../../sdk/errors.ts";
import { appOf, failureText, permitted } from "./asker.ts";
import type { Asker, SlackRequest } from "./endpoint-parts.ts";
import { refusalText } from "./may.ts";
import { exemptInputs } from "./modals.ts";
import type { ViewSubmission } from "./payload.ts";
import { useForm } from "./remembered.ts";
import { formSentIn, type SentForm } from "./sent-form.ts";
import { handedOver } from "./signed-request.ts";
import { jsonAnswer, nothingShown, type UrlAnswer } from "./url-answer.ts";
import { acts, forms } from "./value.ts";
import { identityOf } from "./who.ts";
import { type WrongInput, wrongInput } from "./wrong-input.ts";

const wrongTarget = (text: string): WrongInput => ({ input: exemptInputs.target, text });

/** A form in somebody's hand. */
interface SentIn extends Asker, SentForm {
  readonly channel: string | undefined;
}

/** Takes a form. @returns the errors that Slack shows beside its inputs, or nothing */
export async function takeForm(
  request: SlackRequest,
  submission: ViewSubmission,
): Promise<UrlAnswer> {
  if (submission.view.callback_id !== forms.exempt) return nothingShown;
  const wrong = await takeExemption({ ...request, ...formSentIn(submission) });
  if (!wrong) return nothingShown;
  return jsonAnswer({ response_action: "errors", errors: { [wrong.input]: wrong.text } });
}

async function takeExemption(form: SentIn): Promise<WrongInput | undefined> {
  try {
    return await handOver(form);
  } catch (error) {
    form.endpoint.log.error("A form in Slack could not be taken", { error: inOneLine(error) });
    return wrongTarget(failureText(error).slice(0, 150));
  }
}

async function handOver(form: SentIn): Promise<WrongInput | undefined> {
  const { endpoint, person, key, about, signed } = form;
  if (!about || !appOf(form))
    return wrongTarget("This form is not Nightshift's any more: open it again.");
  if (!(await permitted(form, "decide", { act: acts.exempt, on: about.run })))
    return wrongTarget(refusalText("decide", person).slice(0, 150));
  const wrong = wrongInput(form, unitOf(about.run), endpoint);
  if (wrong) return wrong;
  // A form that Slack did open for this person, which the secret alone does not make.
  const opened = { by: identityOf(person), about: about.run };
  if (!(await useForm(endpoint.store, form.view, opened, key)))
    return wrongTarget("This form was sent in before, or was not opened for you: open it again.");
  await endpoint.work(handedOver(signed));
  return undefined;
}
