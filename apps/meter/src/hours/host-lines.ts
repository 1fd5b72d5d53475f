import type { HostViews } from './host-views.ts';
import type { HourScope } from './hour-lines.ts';
import { recordText } from './record-names.ts';

/** The `host` records of an hour: one for each host and span in which nothing about it changed. */
export function* hostLines(views: HostViews, { clock }: HourScope): Generator<string, void, undefined> {
  for (const { from, to, before, after, model, running } of views.pieces())
    yield `${before}${clock(from)}","ended":"${clock(to)}${after}${running},"model":${JSON.stringify(recordText(model))}}\n`;
}
