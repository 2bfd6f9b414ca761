/**
 * The features that are there, made by `npm run generate` from their folders: delete a folder, and
 * make it anew. Handlers, lib, the command line and the bundle step know features from here alone.
 */
import channels from "./channels/feature.ts";
import email from "./channels/email/feature.ts";
import pagerduty from "./channels/pagerduty/feature.ts";
import slack from "./channels/slack/feature.ts";
import slackWebhook from "./channels/slack-webhook/feature.ts";
import teams from "./channels/teams/feature.ts";
import webhook from "./channels/webhook/feature.ts";
import oncall from "./oncall/feature.ts";
import type { Feature } from "./settings/feature.ts";

export const features: readonly Feature[] = [channels, email, pagerduty, slack, slackWebhook, teams, webhook, oncall];
