/** A way to do the same thing. */
export type Track = 'curl' | 'cli' | 'sdk';

/** One block of one track, rendered. */
export interface TrackBlock {
  readonly track: Track;
  readonly html: string;
}

const names: Readonly<Record<Track, string>> = { curl: 'curl', cli: 'Command line', sdk: 'SDK' };

/**
 * The same thing done in several ways, as tabs. They are radio buttons, so they need no script, and arrow keys and screen
 * readers know them; blocks of one track stand together in its panel. `id` is unique within the page.
 */
export function sameThing(blocks: readonly TrackBlock[], id: string): string {
  const tracks = [...new Set(blocks.map(({ track }) => track))];
  const choices = tracks.map(
    (track, place) =>
      `<input type="radio" name="${id}" id="${id}-${track}" value="${track}"${place === 0 ? ' checked' : ''}>` +
      `<label for="${id}-${track}">${names[track]}</label>`,
  );
  const panels = tracks.map((track) => {
    const inner = blocks.filter((block) => block.track === track).map(({ html }) => html);
    return `<div class="panel"><p class="panel-name">${names[track]}</p>${inner.join('')}</div>`;
  });
  return `<fieldset class="tabs"><legend>The same with</legend>${choices.join('')}${panels.join('')}</fieldset>\n`;
}
