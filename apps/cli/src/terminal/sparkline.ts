const BARS = '▁▂▃▄▅▆▇█';

/** A line of bars from nothing to the highest; a blank dot where there is no figure. */
export function sparkline(figures: readonly (string | undefined)[]): string {
  // A bar has eight heights: a float is exact enough to choose one.
  const heights = figures.map((figure) => (figure === undefined ? undefined : Math.max(0, Number(figure))));
  const highest = Math.max(0, ...heights.filter((height) => height !== undefined));
  return heights
    .map((height) => {
      if (height === undefined) return '·';
      return BARS[highest === 0 ? 0 : Math.min(7, Math.floor((height / highest) * 8))]!;
    })
    .join('');
}
