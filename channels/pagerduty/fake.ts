/**
 * PagerDuty's Events API v2 as it is documented: its limits, its errors, and alerts that go by
 * their key.
 */
import { type Fields, fieldsOf } from "../../sdk/fields.ts";
import {
  type Fake,
  type FakeAnswer,
  jsonOf,
  type ReceivedRequest,
  startFake,
} from "../fake-server.ts";

export interface Alert {
  readonly key: string;
  readonly state: "triggered" | "acknowledged" | "resolved";
  readonly summary: string;
  readonly severity: string;
  /** How often it was triggered while it was open. */
  readonly triggers: number;
}
export interface FakePagerDuty extends Fake {
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Summaries of change events. */
  readonly changes: readonly string[];
  /** Incidents that were opened: what somebody was woken for. */
  readonly opened: readonly string[];
}

const mostBytes = 512 * 1024;
const severities = ["critical", "error", "warning", "info"];
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const invalid = (...errors: string[]): FakeAnswer => ({
  status: 400,
  body: { status: "invalid event", message: "Event object is invalid", errors },
});
type Event = Fields;

/** Errors, each where its condition does not hold. */
const unless = (...rules: readonly (readonly [holds: boolean, error: string])[]): string[] =>
  rules.flatMap(([holds, error]) => (holds ? [] : [error]));

const unrecognized: FakeAnswer = {
  status: 400,
  body: {
    status: "Unrecognized object",
    message: "Event object format is unrecognized",
    errors: ["JSON parse error"],
  },
};

function wrongKey(event: Event, routingKey: string): string[] {
  const key = text(event.routing_key);
  if (key.length !== 32) return ["Length of 'routing_key' is incorrect (should be 32 characters)"];
  return unless([key === routingKey, "Invalid routing key"]);
}

/** What is wrong with an alert; nothing where nothing is. */
function wrongAlert(event: Event, payload: Fields): string[] {
  const action = text(event.event_action);
  const key = text(event.dedup_key);
  const summary = text(payload.summary);
  const opens = action === "trigger";
  return unless(
    [["trigger", "acknowledge", "resolve"].includes(action), "'event_action' is invalid"],
    [key.length <= 255, "'dedup_key' is too long (maximum is 255 characters)"],
    [opens || key !== "", "'dedup_key' is missing or blank"],
    [!opens || summary !== "", "'payload.summary' is missing or blank"],
    [summary.length <= 1024, "'payload.summary' is too long (maximum is 1024 characters)"],
    [!opens || text(payload.source) !== "", "'payload.source' is missing or blank"],
    [
      !opens || severities.includes(text(payload.severity)),
      "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    ],
  );
}

/** What this account of PagerDuty knows. */
interface Account {
  readonly alerts: Map<string, Alert>;
  readonly changes: string[];
  readonly opened: string[];
}

function trigger({ alerts, opened }: Account, key: string, payload: Fields): void {
  const known = alerts.get(key);
  const open = known && known.state !== "resolved" ? known : undefined;
  if (!open) opened.push(key);
  alerts.set(key, {
    key,
    summary: open?.summary ?? text(payload.summary),
    severity: text(payload.severity),
    state: open?.state ?? "triggered",
    triggers: (open?.triggers ?? 0) + 1,
  });
}

/** What is taken or over without having been opened is ignored. */
function settle({ alerts }: Account, key: string, state: Alert["state"]): void {
  const known = alerts.get(key);
  if (known && known.state !== "resolved") alerts.set(key, { ...known, state });
}

function alert(account: Account, event: Event, payload: Fields): FakeAnswer {
  const errors = wrongAlert(event, payload);
  if (errors.length) return invalid(...errors);
  const key = text(event.dedup_key);
  return {
    status: 202,
    body: { status: "success", message: "Event processed", dedup_key: key },
    effect() {
      if (event.event_action === "trigger") return trigger(account, key, payload);
      settle(account, key, event.event_action === "resolve" ? "resolved" : "acknowledged");
    },
  };
}

function change({ changes }: Account, payload: Fields): FakeAnswer {
  const summary = text(payload.summary);
  if (!summary || summary.length > 1024)
    return invalid("'payload.summary' is missing, blank or too long");
  return {
    status: 202,
    body: { status: "success", message: "Change event processed" },
    effect: () => void changes.push(summary),
  };
}

/** @param routingKey the integration's, of 32 characters */
export async function startPagerDuty(routingKey: string): Promise<FakePagerDuty> {
  const account: Account = { alerts: new Map(), changes: [], opened: [] };

  function answer({ path, body, headers }: ReceivedRequest): FakeAnswer {
    if (path !== "/v2/enqueue" && path !== "/v2/change/enqueue") return { status: 404 };
    if (Buffer.byteLength(body) > mostBytes) return { status: 413, body: "Payload too large" };
    const event = jsonOf(body);
    if (!event || !text(headers["content-type"]).startsWith("application/json"))
      return unrecognized;
    const errors = wrongKey(event, routingKey);
    if (errors.length) return invalid(...errors);
    const links = Array.isArray(event.links) ? event.links : [];
    if (links.some((link) => !URL.canParse(text(fieldsOf(link).href))))
      return invalid("'links' must hold URLs");
    const payload = fieldsOf(event.payload);
    return path === "/v2/enqueue" ? alert(account, event, payload) : change(account, payload);
  }

  const fake = await startFake(answer, invalid("Invalid routing key"));
  return { ...fake, ...account };
}
