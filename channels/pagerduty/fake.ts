/**
 * PagerDuty's Events API v2 as it is documented: its limits, its errors, and alerts that go by
 * their key.
 */
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
const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as never) : {};

/** @param routingKey the integration's, of 32 characters */
export async function startPagerDuty(routingKey: string): Promise<FakePagerDuty> {
  const alerts = new Map<string, Alert>();
  const changes: string[] = [];
  const opened: string[] = [];

  function answer({ path, body, headers }: ReceivedRequest): FakeAnswer {
    if (path !== "/v2/enqueue" && path !== "/v2/change/enqueue") return { status: 404 };
    if (Buffer.byteLength(body) > mostBytes) return { status: 413, body: "Payload too large" };
    const event = jsonOf(body);
    if (!event || !text(headers["content-type"]).startsWith("application/json"))
      return {
        status: 400,
        body: {
          status: "Unrecognized object",
          message: "Event object format is unrecognized",
          errors: ["JSON parse error"],
        },
      };
    const payload = fields(event.payload);
    const errors = [
      ...(text(event.routing_key).length === 32
        ? []
        : ["Length of 'routing_key' is incorrect (should be 32 characters)"]),
      ...(text(event.routing_key).length !== 32 || event.routing_key === routingKey
        ? []
        : ["Invalid routing key"]),
    ];
    if (errors.length) return invalid(...errors);
    const links = Array.isArray(event.links) ? event.links : [];
    if (links.some((link) => !URL.canParse(text(fields(link).href))))
      return invalid("'links' must hold URLs");
    return path === "/v2/enqueue" ? alert(event, payload) : change(payload);
  }

  function alert(
    event: Readonly<Record<string, unknown>>,
    payload: Readonly<Record<string, unknown>>,
  ): FakeAnswer {
    const action = text(event.event_action);
    const key = text(event.dedup_key);
    const summary = text(payload.summary);
    const errors = [
      ...(["trigger", "acknowledge", "resolve"].includes(action)
        ? []
        : ["'event_action' is invalid"]),
      ...(key.length <= 255 ? [] : ["'dedup_key' is too long (maximum is 255 characters)"]),
      ...(action === "trigger" || key ? [] : ["'dedup_key' is missing or blank"]),
      ...(action !== "trigger" || summary ? [] : ["'payload.summary' is missing or blank"]),
      ...(summary.length <= 1024
        ? []
        : ["'payload.summary' is too long (maximum is 1024 characters)"]),
      ...(action !== "trigger" || text(payload.source)
        ? []
        : ["'payload.source' is missing or blank"]),
      ...(action !== "trigger" || severities.includes(text(payload.severity))
        ? []
        : [
            "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
          ]),
    ];
    if (errors.length) return invalid(...errors);
    return {
      status: 202,
      body: { status: "success", message: "Event processed", dedup_key: key },
      effect() {
        const known = alerts.get(key);
        const open = known && known.state !== "resolved";
        // What is taken or over without having been opened is ignored.
        if (action !== "trigger")
          return void (
            open &&
            alerts.set(key, { ...known, state: action === "resolve" ? "resolved" : "acknowledged" })
          );
        if (!open) opened.push(key);
        alerts.set(key, {
          key,
          summary: open ? known.summary : summary,
          severity: text(payload.severity),
          state: open ? known.state : "triggered",
          triggers: (open ? known.triggers : 0) + 1,
        });
      },
    };
  }

  function change(payload: Readonly<Record<string, unknown>>): FakeAnswer {
    const summary = text(payload.summary);
    if (!summary || summary.length > 1024)
      return invalid("'payload.summary' is missing, blank or too long");
    return {
      status: 202,
      body: { status: "success", message: "Change event processed" },
      effect: () => void changes.push(summary),
    };
  }

  const fake = await startFake(answer, {
    status: 400,
    body: {
      status: "invalid event",
      message: "Event object is invalid",
      errors: ["Invalid routing key"],
    },
  });
  return { ...fake, alerts, changes, opened };
}
