/** Which of Slack's refusals may pass: what lasts goes another way at once. */
import { WebAPIPlatformError } from "@slack/web-api";
import { expect, test } from "vitest";
import { undelivered } from "./api.ts";

const verdict = (error: string) =>
  undelivered("chat.postMessage", new WebAPIPlatformError({ ok: false, error }));

test.each([
  "account_inactive",
  "access_denied",
  "as_user_not_supported",
  "cannot_reply_to_message",
  "channel_not_found",
  "ekm_access_denied",
  "enterprise_is_restricted",
  "invalid_arg_name",
  "invalid_arguments",
  "invalid_auth",
  "invalid_blocks",
  "is_archived",
  "method_deprecated",
  "missing_scope",
  "msg_too_long",
  "no_permission",
  "not_allowed_token_type",
  "not_authed",
  "not_in_channel",
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "slack_connect_canvas_sharing_blocked",
  "team_access_not_granted",
  "team_disabled",
  "team_not_found",
  "token_expired",
  "token_revoked",
  "two_factor_setup_required",
  "user_is_restricted",
  "a_word_that_slack_adds_next_year",
])("%s lasts: it goes to the fallback at once", (code) => {
  expect(verdict(code)).toMatchObject({ again: false, code });
});

test.each([
  "fatal_error",
  "internal_error",
  "message_limit_exceeded",
  "ratelimited",
  "request_timeout",
  "service_unavailable",
  "team_added_to_org",
])("%s may pass: it is tried again", (code) => {
  expect(verdict(code)).toMatchObject({ again: true, code });
});
