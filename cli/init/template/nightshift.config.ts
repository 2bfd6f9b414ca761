/**
 * What Nightshift may do in this account. Whatever is absent here is the safe choice: a unit that
 * is not named only watches, that is, it says what it would do.
 */
import { defineConfig } from "nightshift";
import { registry } from "./functions/registry.ts";

export default defineConfig({
  version: 1,

  // Where the ledger, the messages and the decisions live.
  home: "eu-central-1",

  // Which of Nightshift's own families and units this account has; all of them when absent.
  shipped: ["security", "cost", "signals"],

  // The units of this repository. Types of `mode` and `config` below come from the units.
  own: registry,

  // Who gets the messages. Each address is asked to confirm once.
  // routes: [{ channel: "sns", email: ["oncall@example.com"], atLeast: "info" }],

  units: {
    // `watch`: say what you would do. `ask`: do it when approved. `act`: do it. Begin with `watch`,
    // read the messages for a week, then raise one unit at a time.
    "short-logs": { mode: "watch", config: { days: 14 } },
  },
});
