import type { OpenChannel } from "../channels.ts";
import type { TeamsSetting } from "./setting.ts";
import { teams } from "./teams.ts";

const open: OpenChannel<TeamsSetting> = (name, { url }, { text, ...ports }) =>
  teams({ name, url, ...ports }, text);

export default open;
