/** What on-call does within functions that are not its own. */
import type { FeatureAtRun, OnCallAnswers, RotationShown } from "../messages/feature-at-run.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { shownIncident } from "./incidents/shown.ts";
import { openIncidents } from "./incidents/store.ts";
import { withheldUntil } from "./quiet-hours.ts";
import { shiftAt } from "./rota/rotation.ts";

const rotationsAt = ({ onCall }: Pick<ParsedSettings, "onCall">, at: Date): RotationShown[] =>
  Object.entries(onCall?.rotations ?? {}).map(([name, rotation]) => {
    const { person, insteadOf, until } = shiftAt(rotation, at);
    const next = shiftAt(rotation, until).person;
    return { name, timeZone: rotation.timeZone, person, insteadOf, until, next };
  });

const onCall: FeatureAtRun["onCall"] = (settings, store): OnCallAnswers => ({
  async open(most) {
    const { heads, more } = await openIncidents(store, most);
    return { shown: heads.map(shownIncident), more };
  },
  rotations: (at) => rotationsAt(settings, at),
});

const running: FeatureAtRun = {
  quiet: (settings) => (message, at) => withheldUntil(message, settings, at),
  onCall,
};

export default running;
