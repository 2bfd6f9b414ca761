/**
 * What the ledger knows of a message that several channels tell, through the conditions that
 * DynamoDB evaluates.
 */
import { beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../ledger/store.ts";
import { after, type Clock, minutes } from "../sdk/time.ts";
import { messages } from "../test/messages.ts";
import { memoryLedger } from "../testing/memory/ledger.ts";
import {
  alreadyTold,
  beginSending,
  endSending,
  isPostedAt,
  markReplaced,
  markTold,
  messageAt,
  put,
  settled,
} from "./outbox.ts";
import type { Outgoing } from "./outgoing.ts";

let now: Date;
let store: Store;
const clock: Clock = { now: () => now, async sleep() {} };
beforeEach(() => {
  now = new Date("2026-11-21T02:00:00Z");
  ({ store } = memoryLedger(clock));
});

describe("a message is settled", () => {
  const mark = (channel: string) => markTold(store, "m1", channel, now);
  const giveUp = (channel: string, instead: string) =>
    markReplaced(store, "m1", { channel, instead }, now);
  const all = () => settled(store, "m1", ["sns", "chat"]);

  test("when each of its channels has told it, a queue that has taken it is not enough", async () => {
    await mark("sns");
    await mark("queued:chat");
    expect(await all()).toBe(false);
    await mark("chat");
    expect(await all()).toBe(true);
  });

  test("when what stands in for a channel has told it, also over two", async () => {
    await mark("sns");
    await giveUp("chat", "pager");
    expect(await all()).toBe(false);
    await giveUp("pager", "sns");
    expect(await all()).toBe(true);
  });

  test("when channels stand in for one another, so that nothing is waited for without end", async () => {
    await mark("sns");
    await giveUp("chat", "pager");
    await giveUp("pager", "chat");
    expect(await all()).toBe(true);
  });

  test("not by what is only being sent", async () => {
    await mark("sns");
    await beginSending(store, "m1", "chat", now);
    expect(await all()).toBe(false);
    expect(await alreadyTold(store, "m1", "chat")).toBe(false);
  });
});

describe("sending", () => {
  test("is for one at a time, until it has failed or its time is over", async () => {
    expect(await beginSending(store, "m1", "chat", now)).toBe(true);
    expect(await beginSending(store, "m1", "chat", now)).toBe(false);
    expect(await beginSending(store, "m1", "pager", now)).toBe(true);
    await endSending(store, "m1", "chat");
    expect(await beginSending(store, "m1", "chat", now)).toBe(true);
    now = after(now, minutes(2));
    expect(await beginSending(store, "m1", "chat", now)).toBe(true);
  });
});

test("a message is found by its place, and nothing that lies elsewhere", async () => {
  const message = messages["a bare signal"];
  await put(store, "unit#alarm", message);
  const sk = `${message.at.toISOString()}#${message.id}`;
  expect(await messageAt(store, { pk: "unit#alarm#outbox", sk })).toEqual(message);
  expect(await messageAt(store, { pk: "unit#alarm#outbox", sk: "x" })).toBeUndefined();
  await store.put({ pk: "unit#alarm#plan", sk, type: "message", body: message });
  expect(await messageAt(store, { pk: "unit#alarm#plan", sk })).toBeUndefined();
  const place = { pk: "unit#alarm#outbox", sk };
  expect(await isPostedAt(store, place, message)).toBe(true);
  for (const other of [{ title: "other" }, { severity: "info" }, { link: "https://a.example" }])
    expect(await isPostedAt(store, place, { ...message, ...other } as Outgoing)).toBe(false);
  expect(await isPostedAt(store, { ...place, sk: "x" }, message)).toBe(false);
});
