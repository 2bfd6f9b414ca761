/**
 * Tells which instances are larger than what they do needs, and what they could be instead. Where the
 * account has opted in to Compute Optimizer it goes by that, instance by instance; of what that does
 * not know it judges by itself, from two weeks of whole hours: what 99 of 100 hours do not pass, or
 * what comes back each week, must leave headroom on the smaller type, in cores, memory, network and
 * disk throughput. What was not measured may be no less than it is now: memory is known only where
 * the CloudWatch agent reports it. It changes nothing: a change of type takes a stop.
 */
import * as z from "zod/mini";
import { describeImages } from "../../../aws/ec2/image.ts";
import { describeInstances } from "../../../aws/ec2/instance.ts";
import { describeInstanceTypes } from "../../../aws/ec2/instance-type.ts";
import { chunks } from "../../../sdk/chunks.ts";
import { report } from "../../../sdk/report.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { armTypes } from "../arm-types.ts";
import { optimizerAdvice, readsOfAdvice } from "./advised.ts";
import { armImages, gravitonSibling } from "./graviton.ts";
import { type Sizing, sizingsOf } from "./looked.ts";
import { type SizedMachine, sizedMachineOf } from "./machine.ts";
import { memoryMetrics, readsOfLoad } from "./measured.ts";
import { type SizedInstance, sizesMessage } from "./told.ts";

/** Instances that are looked at together. */
const together = 500;

const config = z.strictObject({
  days: z
    ._default(z.int().check(z.gte(14), z.lte(60)), 14)
    .check(
      z.describe(
        "Days that are looked at, where Compute Optimizer does not know an instance: two weeks at least, so that what comes back each week is seen twice.",
      ),
    ),
  headroom: z
    ._default(z.int().check(z.gte(0), z.lte(70)), 20)
    .check(
      z.describe(
        "Percent of the smaller type that must stay free in its busiest hours. Not of Compute Optimizer, which has a preference of its own for it.",
      ),
    ),
  computeOptimizer: z
    ._default(z.enum(["where enabled", "never"]), "where enabled")
    .check(
      z.describe("Whether Compute Optimizer is asked: `never` where the region does not have it."),
    ),
  graviton: z
    ._default(z.boolean(), true)
    .check(z.describe("Whether types with Graviton of the same size are told, too.")),
  except: z
    ._default(z.array(z.string().check(z.minLength(1))), [])
    .check(z.describe("Names, ids and types (`m5.large`) of instances that are to stay.")),
});

const isExcept = ({ id, name, type }: SizedMachine, except: readonly string[]): boolean =>
  [id, name, type].some((each) => except.includes(each));

/** What runs on Intel or AMD under a Linux that there is for arm64. */
const couldBeArm = ({ isLinux, architecture }: SizedMachine): boolean =>
  isLinux && architecture === "x86_64";

export default report({
  id: "rightsizing",
  family: "cost",
  summary: "Tells which instances are larger than what they do needs",
  on: [sweep("cron(50 7 ? * 3#2 *)", { window: minutes(30) })],
  config,
  reads: [
    describeInstances,
    describeInstanceTypes,
    describeImages,
    ...readsOfLoad,
    ...readsOfAdvice,
  ] as const,

  async *find({ read, now, account, region, config: settings }): AsyncGenerator<SizedInstance> {
    const running = { Filters: [{ Name: "instance-state-name", Values: ["running"] }] };
    const machines: SizedMachine[] = [];
    for await (const instance of read(describeInstances(running))) {
      const machine = sizedMachineOf(instance);
      if (!isExcept(machine, settings.except)) machines.push(machine);
    }
    if (!machines.length) return;
    const asks = settings.computeOptimizer === "where enabled";
    const advice = asks ? await optimizerAdvice(read, account) : undefined;
    const isAllKnown = machines.every(({ id }) => advice?.has(id));
    const memory = isAllKnown ? new Map() : await memoryMetrics(read);
    const { days, headroom } = settings;
    const looking = { read, now, days, headroom, region, advice, memory };
    const arm = settings.graviton && machines.some(couldBeArm) ? await armTypes(read) : [];
    for (const some of chunks(machines, together)) {
      const { sizings, types } = await sizingsOf(some, looking);
      const siblingOf = ({ machine }: Sizing): string | undefined => {
        const type = types.get(machine.type);
        return type && couldBeArm(machine) ? gravitonSibling(type, arm) : undefined;
      };
      const found = sizings.map((sizing) => ({ ...sizing, graviton: siblingOf(sizing) }));
      const images = found.flatMap(({ graviton, machine }) => (graviton ? [machine.image] : []));
      const there = await armImages(read, images);
      for (const each of found) yield { ...each, armImage: there.get(each.machine.image) };
    }
  },

  tell: sizesMessage,
});
