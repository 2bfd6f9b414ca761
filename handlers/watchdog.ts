import { watchdogFunction } from "./app/watchdog-function.ts";
import { lambda } from "./lambda.ts";

export const handler = lambda("watchdog", import.meta.dirname, watchdogFunction);
