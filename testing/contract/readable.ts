import { expect } from "vitest";

/** One line that a person can read. */
export const readable: string = expect.stringMatching(/^[^\p{Cc}\p{Cf}]{10,300}$/u);
