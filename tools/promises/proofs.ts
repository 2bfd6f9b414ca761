/** Which tests prove which promise. A title may be that of a group, whose tests all count. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export interface Proof {
  /** The promise, in one sentence. */
  readonly says: string;
  /** By file, the titles as they stand there. */
  readonly tests: Readonly<Record<string, readonly string[]>>;
  /** What was measured, where a number says more than a title. */
  readonly figure?: string;
  /** What of it no test proves yet. */
  readonly open?: string;
}

/** What a page that is itself written by a measurement says in sum. */
const measured = (page: string, sum: RegExp): string =>
  sum.exec(readFileSync(resolve(import.meta.dirname, "../..", page), "utf8"))?.[0] ?? "nothing yet";

/** The rules of docs/rules.md, by their name. */
export const provenRules: Readonly<Record<string, Proof>> = {
  "ledger-no-deputy": {
    says: "A role writes its own part of the ledger and nothing else, and what is forged there does nothing.",
    tests: {
      "test/policy.test.ts": ["the ledger is not a deputy (rule: ledger-no-deputy)"],
      "test/feature-policy.test.ts": ["the ledger is not a deputy (rule: ledger-no-deputy)"],
      "settings/names.test.ts": [
        "every partition begins with its writer, so that IAM can hold a role to its own",
      ],
      "test/power/power.test.ts": [
        "no role writes a partition that others write, but for the lock that undo takes, and what is a hint alone",
      ],
      "engine/run/undo.test.ts": ["a forged record", "a call that the unit never made"],
      "handlers/app/undo.test.ts": ["that nobody gave is refused, whatever it says"],
      "functions/security/open-ingress/undo.test.ts": ["a forged action with %s opens nothing"],
      "engine/run/deliveries.test.ts": [
        "of a forged plan, whose proposals do not give its hash, does nothing",
      ],
      "test/hostile.test.ts": ["the ledger's keys", "who may write one part of the ledger"],
    },
    figure: "50,000 pairs of hostile keys, none shared",
  },
  "policy-not-in-payload": {
    says: "Mode, config, clock and limits come from the deployed settings alone, and an approver is who IAM says it is.",
    tests: {
      "handlers/app/unit.test.ts": [
        "policy comes from the settings alone: mode, config, clock and limits in an invocation are nothing",
      ],
      "handlers/app/tell.test.ts": ["a message that is handed over"],
      "ingest/start.test.ts": ["an event whose id reads like %s takes the place of none"],
      "handlers/app/decide.test.ts": [
        "an approval is recorded with who has signed it, and handed to the unit's own function",
        "is refused",
      ],
      "test/cli/there.test.ts": [
        "invokes the unit's function, with nothing of policy in it, and shows its answer",
        "is posted to the Function URL, signed with the caller's own credentials",
      ],
    },
  },
  "all-permissions": {
    says: "Each declared call names every permission that it takes, on the resource types that IAM requires.",
    tests: {
      "test/calls.test.ts": ["$call.operation"],
      "test/power/power.test.ts": [
        "each call asks for what IAM's own data say that it must: actions, required resource types, dependent actions (rule: all-permissions)",
        "0 missing: what was asked for is granted to the role that asked",
      ],
    },
  },
  "named-source": {
    says: "Every permission to invoke, publish or send names its source and our account.",
    tests: {
      "test/synth.test.ts": ["who may start a function (rule: named-source)"],
      "test/feature-policy.test.ts": ["mail", "the topic's key"],
      "test/cli/doctor.test.ts": ["invokers"],
    },
    open: "One account only: nothing is forwarded from others.",
  },
  "own-echo": {
    says: "An event that our own roles caused starts nothing, by the exact ARN of the role.",
    tests: {
      "handlers/app/unit.test.ts": ["that our own role caused starts nothing"],
      "engine/guards/guards.test.ts": ["each guard holds", "and does not hold"],
    },
  },
  "hostile-urls": {
    says: "Webhooks, probes and revocation addresses are treated as hostile.",
    tests: {
      "channels/outside.test.ts": [
        "where a host name may lead",
        "a name that changes what it answers",
        "what is not sent at all",
        "what goes wrong on the way",
      ],
      "functions/certificates/probe.test.ts": [
        "where a name may lead",
        "is read to the last field, and nothing is sent",
        "what is not seen is unknown, and never fine",
      ],
      "functions/certificates/revocation.test.ts": [
        "an authority that is hostile or down is unknown",
      ],
      "test/hostile.test.ts": [
        "reaches an address that is not AWS's through one file alone, beside Slack's own client and what certificates need",
      ],
    },
  },
  "slack-endpoint": {
    says: "The Slack endpoint takes only what Slack has signed, from people whom the settings name; so does what carries it out, whoever invokes it.",
    tests: {
      "channels/slack/signature.test.ts": [
        "random and mutated signatures, bodies, time stamps and secrets: none is taken",
        "the example of Slack's documentation is genuine",
      ],
      "channels/slack/endpoint.test.ts": [
        "the door",
        "is not decided on by %o: that is refused, recorded, and said to them alone",
        "opens while Slack still waits, or says that it is too late",
        "a form is sent in once, by whom it was opened for, about what it was opened for",
        "invoked past the endpoint",
        "a signature",
      ],
      "channels/slack/handed-on.test.ts": [
        "with another person, another target or another receiver nothing is found",
      ],
      "channels/slack/render.test.ts": ["whatever a message holds"],
      "test/deploy/on-call.test.ts": ["what Slack did not sign, or sent before, is refused"],
    },
    figure:
      "5,000 random and mutated signatures in `npm test`, 1,000,000 with `FC_RUNS`: none taken",
  },
  "redact-and-cut": {
    says: "What others wrote is redacted and cut before it is kept, and never rendered unescaped.",
    tests: {
      "sdk/redact.test.ts": [
        "no token is left, wherever it stands; ids of access keys are, for they are needed and no secret",
        "an event larger than a DynamoDB item fits into one afterwards",
      ],
      "sdk/secrets/probes.test.ts": ["is taken out", "stays readable"],
      "sdk/secrets/growth.test.ts": [
        "of %j over and over, redaction takes time by its length",
        "of what is kept of an event so much is searched, however long its names and texts are",
      ],
      "sdk/domains.test.ts": ["a link that is not AWS's leads nowhere: %s"],
      "test/linear.test.ts": ["regular expressions take time by the length of the text alone"],
      "handlers/app/cloudwatch.test.ts": ["%s tells no secret in it"],
      "sdk/plain.test.ts": ["no control character is left, whatever the text"],
      "messages/render/text.test.ts": [
        "no control character leaves a text, whatever stands in a message, and no line is forged",
      ],
      "handlers/app/signals.test.ts": [
        "the event is kept with its message, cut and without secrets",
        "a secret in an event is neither told nor logged",
      ],
      "test/hostile.test.ts": ["an event", "names and tags of resources", "the command line"],
    },
  },
  "named-operations": {
    says: "A trigger names its operations, and an event that names no target ends the run quietly.",
    tests: {
      "functions/security/open-ingress/index.test.ts": ["events say where to look"],
      "handlers/app/unit.test.ts": ["that names nothing ends quietly, with a line in the log"],
      "testing/bus.test.ts": [
        "an event reaches every unit whose deployed pattern matches, with all that it says, and no other",
        "a failed API call reaches no unit that asks for successful ones",
      ],
      "test/signals.test.ts": [
        "send %s once where a signal asks for it, and not at all where none does",
      ],
      "test/cli/there.test.ts": [
        "doctor says what is not deployed, and that nothing tells of API calls",
      ],
    },
    open: "The watchdog does not look for a missing trail; `doctor` does.",
  },
  "time-slots": {
    says: "A time slot is one run, however often the scheduler tries, and one that comes too late only watches.",
    tests: {
      "handlers/app/unit.test.ts": ["a time slot"],
      "test/synth.test.ts": [
        "schedules (rule: time-slots)",
        "every schedule has retries, an age and the failure queue",
      ],
    },
  },
  "home-region": {
    says: "One home region holds ledger, telling and decisions; other regions forward to it.",
    tests: {
      "test/synth.test.ts": [
        "what is forwarded home",
        "there is a stack for home, for each family and for each other region",
      ],
    },
    open: "Other accounts: one account for now.",
  },
  "events-close-nothing": {
    says: "An event that is not from AWS is labelled, rate-limited, carries no link and closes nothing; the state is read again, and AWS's own word on the bus counts only where there is none.",
    tests: {
      "handlers/app/signals.test.ts": [
        "an event that is not of AWS is labelled, carries no link and closes nothing, whatever a signal says of it",
        "what says that it is of AWS",
        "what has used up its share is not even read",
      ],
      "handlers/app/is-over.test.ts": [
        "what is over by its state, read in the event's region, closes and is confirmed",
        "what its state does not say closes nothing, and the doubt is told; asking takes less than 30 seconds",
        "what cannot be read closes nothing, and it is said why",
        "where there is no state to read, AWS's own word on the bus ends it, and that is told",
        "where the account cannot read it at all, AWS's word ends it, and that it was not read is told with the reason",
        "a word that comes through a topic ends nothing by itself",
      ],
      "test/ends.test.ts": [
        "ends nothing where the read is answered by %s, and the doubt is told",
        "is over where AWS answers so, and only what is declared was asked",
        "%s: where there is no such thing, %s",
      ],
      "sdk/signals/console-link.test.ts": ["%j in a name stays a name"],
      "handlers/app/flood.test.ts": ["events that are not AWS's own"],
      "settings/signal-topics.test.ts": ["is refused"],
      "test/synth.test.ts": [
        "no topic starts signals but those that the settings name, each by its ARN",
        "AWS's services invoke signals through the alias that says so, and through nothing else",
      ],
      "messages/render/text.test.ts": [
        "an event that is not of AWS says so before anything else that it says",
      ],
      "test/hostile.test.ts": ["an event"],
    },
  },
  "exactly-one-effect": {
    says: "Before a call is sent one transaction writes the intent and takes the lock, so that no two act on one target.",
    tests: {
      "ledger/ledger.test.ts": ["an intent"],
      "engine/run/deliveries.test.ts": ["two deliveries"],
    },
  },
  "retries-are-deliveries": {
    says: "A write without a token is sent again for throttling alone; what is in doubt is looked up.",
    tests: {
      "test/faults.test.ts": [
        "every request is throttled, answered 500 and cut off before it passes",
        "its change: %s",
      ],
      "test/model/faults.test.ts": [
        "%s: %s, with anything wrong at any one call",
        "%s: %s, where reads lag by two minutes besides",
      ],
    },
    open: "Creations: no unit makes any yet.",
  },
  leases: {
    says: "Nothing is sent when less of the lease remains than a call may take; an abandoned run is taken up.",
    tests: {
      "engine/run/deliveries.test.ts": ["when the time runs out"],
      "engine/run/long-look.test.ts": ["a look that takes longer than an invocation"],
      "ledger/ledger.test.ts": ["a claim"],
      "handlers/app/watchdog.test.ts": [
        "takes up what died, and nothing that lives or is finished",
      ],
      "test/model/faults.test.ts": ["%s: %s, with anything wrong at any one call"],
    },
  },
  "outcomes-at-once": {
    says: "Outcomes are written as they come; run record, heartbeat and message are one transaction.",
    tests: {
      "ledger/ledger.test.ts": ["an outcome", "writes all of a transaction or nothing"],
      "test/model/faults.test.ts": ["%s: %s, with anything wrong at any one call"],
    },
  },
  "already-is-read": {
    says: "“Already so” counts for a single target alone, and is confirmed by reading again.",
    tests: {
      "functions/security/open-ingress/index.test.ts": [
        "a rule that opens SSH to the world is revoked by its id, and undo restores description and tags",
      ],
      "test/model/faults.test.ts": ["%s: %s, with anything wrong at any one call"],
    },
  },
  "reads-lag": {
    says: "A change that does not show yet is unknown, never failed and never sent again in that run.",
    tests: {
      "engine/run/deliveries.test.ts": [
        "waits for reads that lag; what is not seen even then is not known, but never failed and never sent again",
      ],
      "test/model/faults.test.ts": ["%s: %s, where reads lag by two minutes besides"],
    },
  },
  "tag-grammar": {
    says: "The exempt tag has one grammar; one that has ended or is malformed still exempts, and is told.",
    tests: {
      "sdk/tags.test.ts": ["the exemption's grammar"],
      "engine/guards/guards.test.ts": [
        "an exempting tag",
        "%s does not exempt from what only counts exemptions by its name",
      ],
      "engine/run/deliveries.test.ts": ["an expired exemption is told, once"],
      "engine/run/undo.test.ts": ["is not blocked by an exemption"],
    },
  },
  "denied-is-held": {
    says: "A denial on a target that is exempt, or that somebody's policy guards, is held, not failed.",
    tests: {
      "engine/run/deliveries.test.ts": [
        "a denial on a target that has become exempt is no failure",
        "what a service control policy denies",
      ],
      "test/policy.test.ts": [
        "exemption by tag (rules: tag-grammar, denied-is-held, unauthenticated-tags)",
      ],
    },
  },
  "unauthenticated-tags": {
    says: "A security automation believes a tag only when it ends soon: whoever opens a port can also tag the group.",
    tests: {
      "engine/guards/guards.test.ts": [
        "an exempting tag",
        "one on the group does not exempt a rule from a security automation for ever either",
      ],
      "engine/guards/tag-time.test.ts": ["a security tag"],
      "test/policy.test.ts": [
        "a security automation is not stopped by a tag that whoever opened the port can set",
        "no role writes an exemption: only people do, with rights of their own",
      ],
      "test/cli/exempt.test.ts": ["is told, as is its end; and what was so already is told once"],
      "test/scp.test.ts": [
        "tags of ours",
        "our roles are changed by deployments alone, so that nobody borrows their name",
      ],
      "functions/backup/prune-backups/index.test.ts": ["what is spare"],
      "functions/backup/copy-backups/index.test.ts": [
        "sets that only tags call ours take no place among the newest",
      ],
      "functions/backup/volume-backups/index.test.ts": ["leaving the plan is told"],
      "functions/backup/table-backups/index.test.ts": ["what the plan no longer reaches is told"],
      "functions/backup/database-backups/index.test.ts": [
        "what the plan no longer reaches is told",
      ],
    },
  },
  "tags-of-proposals": {
    says: "Tags are read for what is proposed, and again right before the change; without them nothing is changed.",
    tests: {
      "engine/run/deliveries.test.ts": ["%s is asked again, and holds what it covers alone"],
      "functions/cost/log-retention/index.test.ts": [
        "tags are fetched for the group that is asked for",
      ],
      "engine/guards/guards.test.ts": ["a guard that cannot be evaluated holds"],
    },
  },
  caps: {
    says: "Caps count over a rolling day, are taken atomically, and hold whatever started the run; what protects does the worst first, and what is too much for one plan is asked in parts. The breaker opens after five failed runs; what cannot be judged, is denied or is wrong with one target counts for nothing.",
    tests: {
      "ledger/ledger.test.ts": ["caps"],
      "engine/run/deliveries.test.ts": ["caps", "the breaker"],
      "engine/run/unjudged.test.ts": ["what cannot be judged"],
      "engine/run/many.test.ts": ["a first plan of 20,000", "a part", "a run that dies"],
      "engine/run/mode.test.ts": [
        "an event counts against the last complete sweep",
        "a sweep that looks at far less than the last complete one",
        "what protects, over the cap",
      ],
      "test/peers.test.ts": ["D2: the cap holds in every mode of starting"],
    },
  },
  "kill-switch": {
    says: "The kill switch is read before every batch, and before every write of a flow; one that cannot be read holds.",
    tests: {
      "engine/flows/carry.test.ts": ["in the middle of its wait comes $what"],
      "engine/guards/guards.test.ts": ["the kill switch", "a guard that cannot be evaluated holds"],
      "engine/run/deliveries.test.ts": ["%s is asked again, and holds what it covers alone"],
      "test/model/races.test.ts": [
        "a call for several whose answer does not come is waited for; then the rest is sent one by one, but not",
        "what had to wait for four others that are in doubt is asked about again before it is sent (rule: kill-switch)",
      ],
    },
  },
  "measured-since": {
    says: "How long something has been so is measured from the first run that looked at everything and saw it, and begins anew when it was otherwise, or gone; an event that shows that it was suffices.",
    tests: {
      "engine/run/since.test.ts": ["how long something has been so is measured"],
      "functions/cleanup/unused-addresses/index.test.ts": [
        "a use between two looks, told by CloudTrail, begins the time anew",
      ],
    },
  },
  "managed-by-others": {
    says: "What others manage is held, and named; what somebody changed back by hand is asked about once, and what protects does it again, each time louder.",
    tests: {
      "engine/run/put-back.test.ts": ["what somebody changed back", "what protects"],
      "engine/run/again.test.ts": ["a unit that says what it does again"],
      "functions/cost/idle-databases/index.test.ts": ["what is left alone is named"],
      "functions/cost/idle-instances/index.test.ts": [
        "what others manage is named",
        "those that must not be stopped say why",
      ],
      "functions/hours/off-hours-databases/index.test.ts": [
        "what RDS does not stop is named, and held",
      ],
      "functions/hours/off-hours-groups/index.test.ts": [
        "what others manage, or what would run on, is named",
      ],
      "functions/hours/off-hours-instances/index.test.ts": [
        "what a stop would harm, or another would take back, is named",
      ],
      "functions/hours/off-hours-node-groups/index.test.ts": [
        "what others manage, or would put back, is named",
      ],
      "functions/hours/off-hours-redshift/index.test.ts": [
        "what others manage, or Redshift does not pause, is named",
      ],
      "functions/hours/off-hours-services/index.test.ts": ["what others manage is named, and held"],
      "engine/guards/guards.test.ts": ["each guard holds"],
      "functions/cleanup/unused-addresses/index.test.ts": ["what is left alone is named"],
      "functions/cleanup/old-snapshots/index.test.ts": [
        "what others' tools have deleted, or failed at, is left alone:",
      ],
      "functions/cleanup/old-images/index.test.ts": ["kept by others, and named:"],
      "functions/cleanup/ecr-images/index.test.ts": [
        "one that lets others in is held, and names them",
      ],
      "functions/cost/unattached-volumes/index.test.ts": ["what %s manages is named so, and held"],
    },
  },
  "open-to-the-world": {
    says: "Open to the world means the union of the public ranges, prefix lists resolved.",
    tests: {
      "functions/security/open-ingress/exposure.test.ts": [
        "the rules of a group add up",
        "in both families, over both transports, whatever is allowed",
        "a group of twice the rules is twice the work: each is read as often, however many there are",
      ],
      "functions/security/open-ingress/index.test.ts": [
        "a prefix list's id finds all rules of the groups that let it in, and of no others",
      ],
      "functions/security/open-ingress/internet.test.ts": [
        "the arithmetic agrees with counting",
        "two halves are the whole internet",
      ],
    },
  },
  "state-and-undo": {
    says: "Undo gives back what was recorded before, refuses when it has changed since, and is followed by a hold.",
    tests: {
      "engine/run/run.test.ts": [
        "brings the state back, and two sweeps later it is still so",
        "is refused, with the difference, when somebody has changed the target since",
      ],
      "engine/run/undo.test.ts": ["undo ends as a clean one does", "taking back an undo"],
      "engine/run/goes-on.test.ts": [
        "after each %i writes goes on by itself: each change once, all of them in one message",
      ],
      "test/contract.test.ts": [
        "puts right what is wrong, leaves the decoys, proposes nothing more, and can be taken back field by field",
      ],
    },
  },
  "what-cannot-come-back": {
    says: "What cannot come back is said before, and an approval does not depend on what changes daily.",
    tests: {
      "engine/run/way-back.test.ts": ["the way back as it is shown before the call"],
      "functions/cleanup/unused-addresses/index.test.ts": [
        "it asks first, also in act: whether an address comes back is another's to say",
      ],
      "functions/cleanup/old-snapshots/index.test.ts": [
        "it asks first, also in act: what only a snapshot holds does not come back by itself",
      ],
      "functions/cleanup/old-images/index.test.ts": [
        "it asks first, also in act, and disables nothing before: it may not come back",
      ],
      "functions/cleanup/ecr-images/index.test.ts": [
        "it asks first, also in act: a deleted image does not come back",
      ],
      "functions/cleanup/unused-load-balancers/index.test.ts": [
        "it asks first, also in act, and the message says what it takes to make it again",
      ],
      "test/cli/look.test.ts": [
        "says what, when, what it may do, how that is taken back, its config and what can hold it",
      ],
      "ledger/undo-window.test.ts": [
        "nothing that an undo needs is ever deleted: it works after years, and of no record time is limited (rule: what-cannot-come-back)",
      ],
    },
  },
  "qualified-arn": {
    says: "A flow is started by a version, under a name that no other execution has; versions outlive deployments.",
    tests: {
      "test/synth-flows.test.ts": [
        "the unit begins them by the alias alone; the carrier remembers in executions of its own",
        "versions outlive deployments: an execution goes on with the one that it began with",
      ],
      "handlers/begin.test.ts": [
        "a durable execution is begun by the alias, under a name that each attempt has for itself",
      ],
    },
  },
  "steps-run-again": {
    says: "A flow that runs again from the top decides as it did, and asks the guards before each write.",
    tests: {
      "engine/flows/carry.test.ts": [
        "whoever carries it dies $when each request in steps of $every: one snapshot, one deletion, told once",
        "in the middle of its wait comes $what",
        "a deployment in the middle of its wait: a new execution goes on where the ledger says it is",
        "its unit is set to watch in the middle of its wait: it writes nothing more",
      ],
      "engine/flows/every-request.test.ts": ["each of its requests in steps of $stride: $fate"],
      "engine/flows/own-state.test.ts": [
        "it goes on where what it wrote is all that has changed",
        "%s ends it before its next write",
      ],
      "engine/flows/limits.test.ts": [
        "a clock that jumps %s in the middle of its wait: it ends as ever",
        "its execution, or its timers, are deleted by hand while it waits: it is begun again, and does nothing twice",
      ],
      "test/old-ledger.test.ts": ["has a flow that waits: it goes on, and does nothing twice"],
      "engine/flows/carrier.test.ts": [
        "is lost while it waits goes on where the ledger says it is",
        "looks finds the same answer when it runs again, whatever is there by then",
      ],
      "handlers/app/watch/ownerless-flows.test.ts": ["a flow that nobody carries"],
    },
  },
  "told-at-least-once": {
    says: "A message is told at least once, and one that cannot be told blocks no other.",
    tests: {
      "handlers/app/tell.test.ts": [
        "a channel that is down stops neither the other channels nor the other messages, and is tried again alone",
        "a poison record (%s) is reported once and never blocks the ones behind it",
      ],
      "test/model/house.test.ts": ["%s: delivered %s, nothing is lost or said twice"],
      "test/deploy/on-call.test.ts": [
        "an alarm is told in Slack and on the phone, whoever is on is called, and one press takes it",
        "what Slack refuses goes another way, and the channel that failed is called out",
      ],
      "channels/deliver.test.ts": [
        "what was sent but could not be remembered counts as failed: told twice is better than not at all",
      ],
      "handlers/app/deliver.test.ts": [
        "what becomes of a message",
        "a channel that %s",
        "a channel that is given up",
        "many letters",
      ],
      "channels/answer-inside.test.ts": ["an answer of success counts by what it says"],
      "channels/slack/api.test.ts": ["%s lasts: it goes to the fallback at once"],
      "channels/channels.test.ts": ["one bad address does not lose the others, and is named"],
      "handlers/app/untaken.test.ts": [
        "what ends while they are away is over once they are back, not open for ever",
        "an end that comes when they are back does not overtake its beginning",
        "however long they are away: a message that was told and deleted long ago is taken at last",
      ],
      "handlers/app/watch/left-untold.test.ts": ["what nobody told"],
      "ledger/unreadable.test.ts": [
        "in an outbox does not keep those around it from being told",
        "is left out of %s, and fails nobody who reads them",
      ],
      "test/on-call/new-is-heard.test.ts": [
        "the team of a tag gets its incident, whatever is worst in the group",
        "quiet hours that end: what is still open is told in the morning, and called for",
        "above forty in a group counts are true, what waits moves up, and all of it is called for",
      ],
      "test/on-call/forgotten.test.ts": [
        "every beginning is told within minutes, no id is used twice, and nothing that is open is forgotten",
      ],
      "test/on-call/pager.test.ts": [
        "a trigger that was refused for a while does not open what is over meanwhile",
        "what is new after somebody has taken the alert wakes somebody",
      ],
      "test/storm.test.ts": [
        "with on-call it becomes a handful of messages whose counts add up, each told once through each channel",
        "without on-call each is told: a slow channel takes what it can in time, the rest goes another way, and nothing is lost or told twice",
      ],
      "handlers/app/watchdog.test.ts": [
        "tells what nobody told: not what is young, told, or older than a week; of undo and decisions too",
      ],
      "test/synth.test.ts": [
        "the stream to tell is filtered, bisected, limited, and answers record by record",
      ],
      "test/peers.test.ts": ["D9: a message that a channel refuses is kept, and sent again"],
    },
  },
  "own-alarms": {
    says: "The alarms on our own failure go straight to the topic, and silence is an alarm.",
    tests: {
      "test/who-watches.test.ts": [
        "for a day: nothing is lost, and it is noticed within an hour and a quarter",
        "for good: it is noticed, past what stands still",
      ],
      "test/synth.test.ts": [
        "our own alarms go straight to the topic, and a silent watchdog is an alarm",
      ],
      "test/cli/doctor.test.ts": [
        "the alarms on our own failure",
        "subscriptions",
        "sets our own alarm to ALARM, says whose test it is, and sets it back once CloudWatch has published it",
        "says what keeps CloudWatch from publishing, and leaves the alarm OK",
        "leaves an alarm alone that is missing, disabled, or tells of something real",
        "posts a message with the caller's own credentials, and sees it told",
        "sends through every channel, by the function that always sends, and says which took it",
      ],
    },
    open: "The embedded AWS neither evaluates alarms nor asks a key's policy: what CloudWatch's record says of an action is a literal in the tests, and `npx nightshift doctor --fire` on a real account is what proves the way.",
  },
  "page-size": {
    says: "Listings are paged and not held, metrics read in batches that answer in time, and an instance with gaps is not judged.",
    tests: {
      "functions/security/open-ingress/large.test.ts": [
        "of 10,000 rules no more are held at once than 200 groups have, and each page is read once",
        "a run keeps nothing of what nothing is proposed for; a rate limit costs it waiting, and no page is lost or read twice",
      ],
      "aws/cloudwatch/metric.test.ts": [
        "two hundred queries of 14 days by the hour are asked in two requests: one did not answer in time",
        "what is computed from other queries stays with them",
      ],
      "aws/cloudwatch/idle.test.ts": [
        "a later stage is asked only of what no earlier one calls busy, all things in one request",
        "what CloudWatch refuses is an error, never a thing that idles",
        "of what does not say when it was started",
      ],
      "functions/cost/idle-databases/index.test.ts": [
        "of 20,000 each is judged, and no more are held at once than are looked at together",
      ],
      "functions/cleanup/unused-load-balancers/index.test.ts": [
        "of 20,000 no more are held at once than a page has, and nothing else is read of what is used",
      ],
      "sdk/call.test.ts": ["a list that is asked in pieces"],
      "functions/cost/idle-instances/index.test.ts": [
        "metrics take two calls for all, protection one for each idle one",
        "a tenth of the hours may be missing",
        "what does as little as the page says is idle, to the last digit",
      ],
      "test/peers.test.ts": ["D11: an instance is idle only when almost every hour says so"],
    },
  },
  "credential-report": {
    says: "Old keys are found with two reads and confirmed one by one.",
    tests: {},
    open: "The unit does not exist yet.",
  },
  "cost-explorer": {
    says: "Cost Explorer is asked where it answers, a disabled one is told, and a page limit that was reached is stated.",
    tests: {
      "functions/cost/cost-report/index.test.ts": [
        "a reading that fails",
        "what was not read is said",
        "all pages are read, to the limit",
        "no more requests than the settings allow: the rest is told as not asked",
        "a forecast that AWS refuses for lack of history is not known",
        "a day that is still counted is not judged: the one before is",
        "a Friday that costs what Fridays cost has not moved, whatever the day before cost",
      ],
      "functions/cost/savings-plans-and-reservations/index.test.ts": [
        "pages go on until the settings' requests are spent, and that is told",
        "what could not be read is not known, a warning, and hides nothing else",
        "a disabled Cost Explorer is asked once and told",
      ],
      "test/policy.test.ts": ["Cost Explorer counts as us-east-1, wherever home is"],
    },
  },
  "re-import": {
    says: "A certificate that is imported again keeps its kind of key, and can be rolled back where that is possible; no private key leaves Secrets Manager but to ACM.",
    tests: {
      "functions/certificates/renew-certificates/index.test.ts": [
        "of the apex and its wildcard is imported to the same ARN; no key is anywhere but in Secrets Manager",
        "that is served and refused by clients is followed by the version before",
        "another kind of key is refused, with what to do",
      ],
      "functions/certificates/renew-certificates/hardship.test.ts": [
        "has the kind of key that is there: %s",
        "that takes no more imports is told, and what was issued is imported later without another order",
        "of whatever it refuses, no key is told",
      ],
      "functions/certificates/renew-certificates/crash.test.ts": [
        "that dies %s any of its requests to %s ends as if nothing had been",
      ],
      "functions/certificates/renew-certificates/crash-sample.test.ts": [
        "%s ends as if nothing had been",
      ],
      "functions/certificates/renew-certificates/strangers.test.ts": [
        "an order that says what it replaces",
        "takes the chain that the settings prefer",
        "does not take the place of texts with a routing policy",
      ],
      "functions/certificates/reload-certificates/index.test.ts": [
        "is the document alone, told by the serial number, a few at a time, and without any parameter",
      ],
    },
  },
};

/** What operators are promised, by number. */
export const promises: Readonly<Record<number, Proof & { readonly name: string }>> = {
  1: {
    name: "Exactly one effect",
    says: "However often, in whatever order and through whatever crash a trigger is delivered, the account ends as after one clean delivery.",
    tests: {
      "test/faults.test.ts": ["its change: %s"],
      "test/model/faults.test.ts": ["%s: %s, with anything wrong at any one call"],
      "test/model/killed.test.ts": ["%s: %s"],
      "engine/run/deliveries.test.ts": ["two deliveries"],
      "engine/run/since.test.ts": ["once a key"],
      "test/model/model.test.ts": ["whole sequences"],
      "test/model/moto.test.ts": ["the in-memory AWS answers as moto does"],
      "test/model/hundred.test.ts": ["a hundred deliveries at once: %s"],
      "test/model/moto-units.test.ts": ["the in-memory AWS answers the units as moto does"],
      "test/model/races.test.ts": [
        "what another run did and a person undid meanwhile is left alone, even by what cools down for nobody (rule: state-and-undo)",
        "a run that died is taken up later",
      ],
    },
    figure:
      "a crash before and after every request of a run, an approval and an undo; 1,000 random sequences in `npm run test:proofs`, 100,000 in `npm run prove`",
  },
  2: {
    name: "No silent loss",
    says: "Every fault ends as done, as tried again until it is done, or in the failure queue with a message; never as “nothing found”.",
    tests: {
      "test/model/faults.test.ts": [
        "%s: %s, with anything wrong at any one call",
        "%s: %s, where reads lag by two minutes besides",
        "%s: a report, with anything wrong at any one call",
      ],
      "test/model/house.test.ts": [
        "%s: with anything wrong at any one call of any function",
        "%s: with any request to a channel going wrong",
        "%s: delivered %s, nothing is lost or said twice",
      ],
      "test/faults.test.ts": [
        "every request is throttled, answered 500 and cut off before it passes",
        "its change: %s",
      ],
      "test/peers.test.ts": [
        "D1: a listing that fails is no empty list (%s)",
        "D4: what failed is never called a success (%s)",
      ],
      "test/cli/redrive.test.ts": ["redrive"],
    },
    figure:
      "18 ways to go wrong, once, five times and for good, at every call of every unit, to AWS or to the ledger, with reads that lag and without: 32,000 nights in `npm run prove`, a part of them in `npm run test:proofs`",
  },
  3: {
    name: "The caps hold",
    says: "No more is changed than the caps allow, in every mode, for every trigger, also by runs at the same time.",
    tests: {
      "ledger/ledger.test.ts": [
        "caps",
        "of twenty runs at once, exactly so many take as there is room for",
      ],
      "test/peers.test.ts": ["D2: the cap holds in every mode of starting"],
      "engine/run/deliveries.test.ts": ["caps"],
      "engine/run/mode.test.ts": [
        "an event counts against the last complete sweep",
        "a sweep that looks at far less than the last complete one",
      ],
    },
  },
  4: {
    name: "Exemption is absolute",
    says: "What is exempt is not changed, also when it became so a moment before the change.",
    tests: {
      "engine/guards/guards.test.ts": ["an exempting tag"],
      "engine/run/deliveries.test.ts": ["right before the change"],
      "test/cli/exempt.test.ts": ["exempt"],
      "test/policy.test.ts": [
        "exemption by tag (rules: tag-grammar, denied-is-held, unauthenticated-tags)",
      ],
    },
  },
  5: {
    name: "No loops",
    says: "An echo of our own change starts nothing, two automations that undo each other's work are held, and what was undone stays so.",
    tests: {
      "engine/guards/loop.test.ts": [
        "the first to be answered holds for as long as nobody decides, and a person is told once, by whom what was done",
        "a person decides who leaves it alone",
        "where the other's story cannot be read, nothing is changed",
      ],
      "engine/guards/guards.test.ts": ["whoever may have changed a target"],
      "handlers/app/unit.test.ts": ["that our own role caused starts nothing"],
      "engine/run/run.test.ts": ["brings the state back, and two sweeps later it is still so"],
    },
  },
  6: {
    name: "Undo gives back the described state",
    says: "What was described before a change is what is there after its undo, field by field; what cannot come back is listed.",
    tests: {
      "test/contract.test.ts": [
        "puts right what is wrong, leaves the decoys, proposes nothing more, and can be taken back field by field",
      ],
      "engine/run/undo.test.ts": ["undo ends as a clean one does", "taking back an undo"],
      "engine/run/run.test.ts": [
        "is refused, with the difference, when somebody has changed the target since",
      ],
    },
  },
  7: {
    name: "Approval means this and nothing else",
    says: "A decision is for what was shown, by somebody whom the settings name and who has signed it, once and until it expires.",
    tests: {
      "engine/run/run.test.ts": [
        "does exactly what was approved, once",
        "is refused to whom the settings do not name, and after it has expired",
      ],
      "engine/run/deliveries.test.ts": [
        "of a forged plan, whose proposals do not give its hash, does nothing",
        "says what has changed meanwhile, and still does the rest",
      ],
      "handlers/app/decide.test.ts": ["is refused"],
      "engine/run/approve.test.ts": ["with twoPersonRule"],
      "engine/same-person.test.ts": ["one person"],
      "ingest/proof.test.ts": ["a signed order", "is no proof, and AWS is not asked"],
      "handlers/app/person.test.ts": ["who gives an order"],
      "test/hostile.test.ts": [
        "shows a person one plan and means another: what was approved is what was shown, so nothing is done",
      ],
    },
  },
  8: {
    name: "Least privilege, both ways",
    says: "Each role is granted every call that it makes, and nothing that no call used.",
    tests: {
      "test/power/power.test.ts": [
        "0 missing: what was asked for is granted to the role that asked",
        "0 unused: every action, resource, region and partition that is granted was asked for, or is an exception",
        "in watch",
      ],
      "test/peers.test.ts": ["D7: the permissions that are declared are those that are used"],
    },
    figure: "0 missing, 0 unused (docs/power.md)",
  },
  9: {
    name: "The ledger is true",
    says: "The ledger explains every change, and what it does not explain is found.",
    tests: {
      "test/cli/look.test.ts": [
        "tells what was done to one resource, and by whom it was taken back",
      ],
      "test/cli/verify.test.ts": [
        "verify",
        "of what our roles did, verify finds what no action explains",
      ],
    },
  },
  10: {
    name: "Replay",
    says: "Recorded events are fed through all automations by their own clock, and say the same each time.",
    tests: { "test/cli/replay.test.ts": ["replay"] },
  },
  11: {
    name: "Mutation testing",
    says: "Broken code is noticed by a test.",
    tests: {
      "tools/mutation/mutation.test.ts": [
        "in the guards nothing is broken unnoticed",
        "of all that was measured at least nine tenths are noticed, or said to be the same",
        "what cannot be noticed",
      ],
    },
    figure: measured("docs/mutation.md", /^[\d.]+ % of .+ in the guards(?=\.$)/m),
    open: "The run, most of the ledger, the roles' policies and the signals have no figure yet; `npm run mutate` measures them.",
  },
  12: {
    name: "Supply chain",
    says: "Nothing runs at installation but what is listed, licences are permissive, bundles are reproducible and carry only what is named.",
    tests: {
      "test/supply-chain.test.ts": [
        "install scripts",
        "licences",
        "bundles",
        "versions",
        "the bill of materials",
        "the audit",
      ],
      "test/bundle.test.ts": [
        "the same sources give the same bundles",
        "each has a budget, and stays within it",
      ],
      "cli/bundle/left-out.test.ts": [
        "a bundle sends what the installed SDK sends, and makes the same of the answer",
        "a client finds its host as by the SDK's own rules",
      ],
      "cli/bundle/client/small-client.test.ts": [
        "what is sent is what the installed SDK sends",
        "what is sent again",
        "over a connection",
        "which clients are small",
      ],
      "cli/bundle/client/json.test.ts": ["what is written", "what is read"],
      "cli/bundle/client/protocols.test.ts": ["what is sent", "what is made of an answer"],
    },
    open: "Whether packages have known vulnerabilities: `node tools/audit.ts` asks the registry, which not every mirror answers.",
  },
  13: {
    name: "Rightly said",
    says: "Of what AWS publishes it is told how grave it is, what happened to what, where to look and what ends it, as a person would; what no signal is for is not told as if all were well.",
    tests: {
      "test/published.test.ts": [
        "what is told is what a person would expect",
        "what is one matter has one key, and what is two has two",
        "each beginning says what ends it, where something does",
        "the one that takes the rest, asked alone",
      ],
      "functions/signals/any-event/judge.test.ts": ["a person would say"],
      "ingest/notices.test.ts": ["what the topic and the bus say of %s is one matter"],
      "ingest/envelope.test.ts": ["what is of no known shape is told as it is"],
    },
    figure: "370 published events of 107 sources ([reference/signals.md](reference/signals.md))",
  },
  14: {
    name: "Backups that restore",
    says: "What a drill restores lies beside the original, is compared, timed, told with its cost and deleted again, also after a crash; only what the ledger knows is restored or deleted. What backups cost is told, and is unknown where it cannot be read.",
    tests: {
      "functions/backup/backup-drill/index.test.ts": ["what is proposed", "a drill"],
      "functions/backup/drill-leftovers/index.test.ts": ["what is proposed"],
      "functions/backup/table-drill/index.test.ts": [
        "what is compared",
        "a drill, by answers as AWS documents them",
        "a drill",
        "what goes wrong",
      ],
      "functions/backup/table-drill-leftovers/index.test.ts": ["what is proposed"],
      "functions/backup/database-drill/index.test.ts": [
        "the network",
        "what is compared",
        "a drill, by answers as AWS documents them",
        "a drill",
        "what goes wrong",
      ],
      "functions/backup/database-drill-leftovers/index.test.ts": ["what is proposed"],
      "functions/backup/validator.test.ts": ["what a validator answers", "asking it"],
      "functions/backup/backup-costs/index.test.ts": [
        "what backups cost",
        "how many there are, and of whose plan",
        "orphans",
        "in an account",
      ],
    },
    open: "What is in a volume or a database is not read here: no file system is checked, and no query made, but by a function of one's own.",
  },
};

/** Defects that were seen in tools of this kind; D5, D6 and D10 come with their units. */
export const defects: Readonly<Record<string, Proof>> = {
  D1: {
    says: "A listing that fails is taken for an empty one, and the event is lost.",
    tests: { "test/peers.test.ts": ["D1: a listing that fails is no empty list (%s)"] },
  },
  D2: {
    says: "The cap is ignored for events.",
    tests: { "test/peers.test.ts": ["D2: the cap holds in every mode of starting"] },
  },
  D3: {
    says: "One change that fails leaves the rest undone.",
    tests: { "test/peers.test.ts": ["D3: one change that fails leaves no other undone (%s)"] },
  },
  D4: {
    says: "A run in which everything failed ends as a success.",
    tests: { "test/peers.test.ts": ["D4: what failed is never called a success (%s)"] },
  },
  D7: {
    says: "Declared permissions are wrong in both directions.",
    tests: {
      "test/peers.test.ts": ["D7: the permissions that are declared are those that are used"],
    },
  },
  D8: {
    says: "Options are accepted and have no effect.",
    tests: { "test/peers.test.ts": ["D8: an option that is accepted has its effect"] },
  },
  D9: {
    says: "A message that a channel refuses is acknowledged and lost.",
    tests: {
      "test/peers.test.ts": ["D9: a message that a channel refuses is kept, and sent again"],
    },
  },
  D11: {
    says: "A few low datapoints, or one, make an instance idle.",
    tests: {
      "test/peers.test.ts": ["D11: an instance is idle only when almost every hour says so"],
    },
  },
};
