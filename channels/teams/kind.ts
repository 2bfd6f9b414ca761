import type { Open } from "../channels.ts";
import { teams } from "./teams.ts";

export const open: Open<"teams"> = (name, { url }, { text, ...ports }) =>
  teams({ name, url, ...ports }, text);
