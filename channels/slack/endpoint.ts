/**
 * The endpoint for Slack: a Function URL without IAM, so that the signature is the only door
 * (rule: slack-endpoint). It checks who asks, opens dialogs while Slack still waits, and hands
 * everything else over.
 */
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as z from "zod/mini";
import type { Log } from "../../handlers/app/log.ts";
import { unitOf } from "../../ledger/ids.ts";
import { planOrThrow } from "../../ledger/plans.ts";
import { runById } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { digest } from "../../sdk/codec.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { after, type Clock, days } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { type SlackApi, SlackUndelivered } from "./api.ts";
import { plainReply } from "./as-reply.ts";
import { latestExemption, type UnitsShown } from "./exempt-until.ts";
import { may, type Needs, refusalText, type Who } from "./may.ts";
import { exemptInputs, exemptModal, targetsModal } from "./modals.ts";
import type { SlackOrder } from "./order.ts";
import {
  type BlockActions,
  blockActions,
  type SlashCommand,
  slashCommand,
  urlVerification,
  type ViewSubmission,
  viewSubmission,
} from "./payload.ts";
import { closeForm, firstSeen, openForm, recordRefusal } from "./remembered.ts";
import type { SlackReply } from "./respond.ts";
import { type Signed, type Verdict, verifySignature } from "./signature.ts";
import { acts, forms, pageValue, runValue } from "./value.ts";
import { identityOf, type SlackPerson } from "./who.ts";

/** One of the settings' channels of kind `slack`. */
export interface SlackApp {
  readonly team: string;
  readonly app: string;
  signingSecret(): Promise<string>;
  /**
   * Nothing matched the secret: it may have been replaced. @returns whether it is another one now
   */
  renewed?(): Promise<boolean>;
  /** Answers quickly, or not at all: Slack waits three seconds. */
  api(): Promise<SlackApi>;
}

export interface SlackEndpointParts {
  readonly apps: readonly SlackApp[];
  readonly settings: Who & Pick<ParsedSettings, "timeZone" | "longestSecurityExemption">;
  readonly units: UnitsShown;
  /** Reads plans and runs; writes `slack#…` alone. */
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Hands an order over, without waiting for what comes of it. */
  work(order: SlackOrder): Promise<void>;
  /** Tells whoever asked, where only they see it. */
  respond(url: string, answer: SlackReply): Promise<void>;
}

type Result = APIGatewayProxyStructuredResultV2;
const url = z.object({
  headers: z._default(z.record(z.string(), z.union([z.string(), z.undefined()])), {}),
  body: z._default(z.string(), ""),
  isBase64Encoded: z._default(z.boolean(), false),
});
/** Slack's own are below a tenth of that. */
const mostBytes = 500_000;

const nothing: Result = { statusCode: 200, body: "" };
const json = (body: object, statusCode = 200): Result => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const refused = (statusCode: number, error: string): Result => json({ error }, statusCode);
const tokenOf = (signed: Signed): string => digest(["slack", signed.timestamp, signed.signature]);

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The app that signed is the one that the request names. */
const appOf = (from: readonly SlackApp[], person: SlackPerson) =>
  from.find(({ app, team }) => app === person.app && team === person.team);

/** @returns what the Function URL answers: 401 for what is not Slack's, 200 for everything else that is understood */
export function slackHandler({
  apps,
  settings,
  units,
  store,
  clock,
  log,
  work,
  respond,
}: SlackEndpointParts) {
  return async (event: unknown): Promise<Result> => {
    const { headers, body, isBase64Encoded } = url.parse(event);
    const raw = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
    if (raw.length > mostBytes) return refused(413, "too large");
    const header = (wanted: string) =>
      Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1];
    const signed: Signed = {
      timestamp: header("x-slack-request-timestamp"),
      signature: header("x-slack-signature"),
      body: raw,
    };

    const { verdict, from } = await genuine(signed);
    if (verdict === "unreadable") return refused(503, "not ready");
    if (verdict !== "genuine") {
      log.warn("A request that is not Slack's is refused", { verdict });
      return refused(401, "not signed by Slack");
    }
    // A verified request, seen before: somebody else sends it again.
    if (!(await firstSeen(store, tokenOf(signed), clock.now()))) {
      log.warn("A request of Slack that was here before is refused", { verdict: "replayed" });
      return refused(401, "seen before");
    }

    const text = raw.toString("utf8");
    if (header("content-type")?.startsWith("application/json")) {
      const asked = urlVerification.safeParse(parsedJson(text));
      return asked.success
        ? json({ challenge: asked.data.challenge })
        : refused(400, "not understood");
    }
    const form = new URLSearchParams(text);
    if (form.has("ssl_check")) return nothing;
    const key = tokenOf(signed).slice(0, 32);
    if (form.has("payload")) {
      const given = parsedJson(form.get("payload") ?? "");
      const press = blockActions.safeParse(given);
      if (press.success) return pressed(press.data, from, key);
      const submission = viewSubmission.safeParse(given);
      return submission.success
        ? sentIn(submission.data, from, key)
        : refused(400, "not understood");
    }
    const given = slashCommand.safeParse(Object.fromEntries(form));
    return given.success ? commanded(given.data, from, key) : refused(400, "not understood");
  };

  /** Which of our apps signed it. Each is asked, so that the time does not tell which. */
  async function genuine(
    signed: Signed,
  ): Promise<{ readonly verdict: Verdict | "unreadable"; readonly from: readonly SlackApp[] }> {
    const now = clock.now();
    const ask = async (app: SlackApp): Promise<Verdict | "unreadable"> => {
      try {
        const secret = await app.signingSecret();
        const verdict = verifySignature(signed, secret, now);
        return verdict === "forged" && (await app.renewed?.())
          ? verifySignature(signed, await app.signingSecret(), now)
          : verdict;
      } catch (error) {
        log.error("The signing secret of an app could not be read", {
          app: app.app,
          error: inOneLine(error),
        });
        return "unreadable";
      }
    };
    const shape = verifySignature(signed, "", now);
    // Nothing is read for what cannot be genuine whatever the secret is.
    if (shape !== "forged") return { verdict: shape, from: [] };
    const verdicts = await Promise.all(apps.map(ask));
    const from = apps.filter((_, at) => verdicts[at] === "genuine");
    if (from.length > 0) return { verdict: "genuine", from };
    return { verdict: verdicts.includes("unreadable") ? "unreadable" : "forged", from };
  }

  /** @returns whether the person may; one who may not is recorded and told */
  async function allowed(
    needs: Needs,
    person: SlackPerson,
    channel: string | undefined,
    act: string,
    on: string,
    key: string,
    answer?: string | null,
  ): Promise<boolean> {
    if (may(needs, person, channel, settings)) return true;
    await refuse(needs, person, act, on, key, answer);
    return false;
  }

  async function refuse(
    needs: Needs,
    person: SlackPerson,
    act: string,
    on: string,
    key: string,
    answer?: string | null,
  ): Promise<void> {
    log.warn("Somebody in Slack is refused", { by: identityOf(person), act });
    await recordRefusal(store, key, {
      at: clock.now(),
      by: identityOf(person),
      act,
      on,
      why: "the settings do not name them",
    });
    if (answer) await say(answer, refusalText(needs, person));
  }

  /** Best effort: Slack has its answer in any case. */
  async function say(to: string, text: string): Promise<void> {
    await respond(to, plainReply(text)).catch((error: unknown) =>
      log.warn("An answer in Slack was not taken", { error: inOneLine(error) }),
    );
  }

  async function pressed(
    payload: BlockActions,
    from: readonly SlackApp[],
    key: string,
  ): Promise<Result> {
    const {
      actions,
      user,
      team,
      api_app_id,
      container,
      channel: where,
      message,
      view,
      response_url,
      trigger_id,
    } = payload;
    const [action] = actions;
    const person: SlackPerson = {
      team: user.team_id ?? team?.id ?? "",
      user: user.id,
      app: api_app_id,
    };
    const act = action?.action_id.split(".")[0];
    const channel = where?.id;
    const app = appOf(from, person);
    try {
      // Signed, but by another app than the one that it names, or pressed by a guest from another
      // workspace.
      if (!app) {
        await refuse(
          "decide",
          person,
          act ?? "",
          aboutOf(parsedJson(action?.value ?? "")),
          key,
          response_url,
        );
        return nothing;
      }
      switch (act) {
        case acts.approve:
        case acts.deny:
        case acts.undo:
        case acts.acknowledge:
        case acts.snooze:
          await work({
            kind: "press",
            act,
            person,
            key,
            value: action?.value ?? "",
            ...(channel && { channel }),
            ...(response_url && { respond: response_url }),
            shown: {
              ...(message?.ts && { ts: message.ts }),
              whispered: container?.is_ephemeral === true || !message,
              message: message ?? null,
            },
          });
          return nothing;
        case acts.targets:
        case acts.page: {
          const value = pageValue.parse(parsedJson(action?.value ?? ""));
          // Whoever turns a page has seen the first: a dialog stands in no channel.
          if (
            !(
              act === acts.page ||
              (await allowed("look", person, channel, act, value.plan, key, response_url))
            )
          )
            return nothing;
          const plan = await planOrThrow(store, value.plan);
          if (plan.hash !== value.hash)
            throw new NotPossible("the plan under this name is another one than the message shows");
          const modal = targetsModal(plan, value.page, settings);
          const api = await app.api();
          await (act === acts.page && view
            ? api.replace(view.id, view.hash, modal)
            : api.open(trigger_id ?? "", modal));
          return nothing;
        }
        case acts.exempt: {
          const { run: id } = runValue.parse(parsedJson(action?.value ?? ""));
          if (!(await allowed("decide", person, channel, act, id, key, response_url)))
            return nothing;
          const run = await runById(store, "unit", unitOf(id), id);
          if (!run || run.actions.length === 0)
            throw new NotPossible(`there is no record of ${id}: nothing can be left alone by it`);
          const now = clock.now();
          const latest = latestExemption(run.automation, units, settings, now);
          const until = after(now, days(14)).toISOString().slice(0, 10);
          const view = await (await app.api()).open(
            trigger_id ?? "",
            exemptModal(run, {
              ...(channel && { channel }),
              until: until < latest ? until : latest,
              latest,
            }),
          );
          await openForm(store, view, { by: identityOf(person), about: id }, now);
          return nothing;
        }
        default:
          log.info("Something was pressed that is none of ours", { act: action?.action_id });
          return nothing;
      }
    } catch (error) {
      log.error("What was pressed in Slack could not be taken", { act, error: inOneLine(error) });
      if (response_url) await say(response_url, failure(error));
      return nothing;
    }
  }

  async function sentIn(
    { user, team, api_app_id, view }: ViewSubmission,
    from: readonly SlackApp[],
    key: string,
  ): Promise<Result> {
    if (view.callback_id !== forms.exempt) return nothing;
    const person: SlackPerson = {
      team: user.team_id ?? team?.id ?? "",
      user: user.id,
      app: api_app_id,
    };
    const wrong = (input: string, text: string) =>
      json({ response_action: "errors", errors: { [input]: text } });
    const input = (name: string) => view.state.values[name]?.[name];
    const about = z
      .object({ run: z.string(), channel: z.optional(z.string()) })
      .safeParse(parsedJson(view.private_metadata)).data;
    const target = Number(input(exemptInputs.target)?.selected_option?.value ?? Number.NaN);
    const until = input(exemptInputs.until)?.selected_date ?? "";
    const reason = (input(exemptInputs.reason)?.value ?? "").trim();
    try {
      if (!about || !appOf(from, person))
        return wrong(exemptInputs.target, "This form is not Nightshift's any more: open it again.");
      if (!(await allowed("decide", person, about.channel, acts.exempt, about.run, key)))
        return wrong(exemptInputs.target, refusalText("decide", person).slice(0, 150));
      const now = clock.now();
      const latest = latestExemption(unitOf(about.run), units, settings, now);
      if (!Number.isInteger(target) || target < 0)
        return wrong(exemptInputs.target, "Choose a target");
      if (until < now.toISOString().slice(0, 10) || until > latest)
        return wrong(exemptInputs.until, `Give a day from today to ${latest}`);
      if (!reason) return wrong(exemptInputs.reason, "Whoever reads it later must know");
      // A form that Slack did open for this person, which the secret alone does not make.
      const opened = await closeForm(store, view.id);
      if (opened?.by !== identityOf(person) || opened.about !== about.run)
        return wrong(
          exemptInputs.target,
          "This form was sent in before, or was not opened for you: open it again.",
        );
      await work({
        kind: "exempt",
        person,
        key,
        run: about.run,
        target,
        until,
        reason,
        ...(about.channel && { channel: about.channel }),
      });
      return nothing;
    } catch (error) {
      log.error("A form in Slack could not be taken", { error: inOneLine(error) });
      return wrong(exemptInputs.target, failure(error).slice(0, 150));
    }
  }

  async function commanded(
    { team_id, user_id, api_app_id, channel_id, text, response_url }: SlashCommand,
    from: readonly SlackApp[],
    key: string,
  ): Promise<Result> {
    const person: SlackPerson = { team: team_id, user: user_id, app: api_app_id };
    const whisper = (said: string) => json({ response_type: "ephemeral", ...plainReply(said) });
    try {
      if (
        !appOf(from, person) ||
        !(await allowed("look", person, channel_id, "command", text.slice(0, 100), key))
      )
        return whisper(refusalText("look", person));
      await work({
        kind: "command",
        person,
        key,
        channel: channel_id,
        respond: response_url,
        text: text.slice(0, 500),
      });
      return nothing;
    } catch (error) {
      log.error("A command in Slack could not be taken", { error: inOneLine(error) });
      return whisper(failure(error));
    }
  }
}

/** What a button is about, for the record. */
function aboutOf(value: unknown): string {
  const { plan, run, group } = (
    typeof value === "object" && value !== null ? value : {}
  ) as Readonly<Record<string, unknown>>;
  return String(plan ?? run ?? group ?? "").slice(0, 300);
}

/** What whoever asked reads when it did not work. */
function failure(error: unknown): string {
  if (error instanceof NotPossible) return `That is not possible: ${error.message}.`;
  if (error instanceof SlackUndelivered && error.code === "expired_trigger_id")
    return "Slack waited too long for the dialog. Nothing was changed: press it again.";
  return "That did not work, and nothing was changed. Try it again; if it stays so, the log of nightshift-slack says why.";
}
