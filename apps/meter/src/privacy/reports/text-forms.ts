/**
 * The text forms of a report, line by line. What is not replaced comes out byte for byte as it went in.
 *
 * A form takes each line without its line feed, the first one too, and gives what stands in its place.
 */
import { FORMULA_STARTS } from '@meterhouse/contract';
import { type NamesBack, nameColumns, reportOf } from './names-back.ts';

export interface TextForm {
  line(text: string): string;
  /** Why the text was not whole; undefined when it was. */
  readonly lacking: string | undefined;
}

/** By the first line; undefined when it is the head of no report. */
export function textForm(first: string, names: NamesBack): TextForm | undefined {
  if (first.startsWith('{')) return jsonForm(first, names);
  if (first.startsWith('"')) return csvForm(first, names);
  return tsvForm(first, names);
}

function tsvForm(first: string, names: NamesBack): TextForm | undefined {
  const columns = first.split('\t');
  if (reportOf(columns) === undefined) return undefined;
  const places = nameColumns(columns);
  let head = true;
  return {
    lacking: undefined,
    line(text) {
      if (head || places.length === 0) {
        head = false;
        return text;
      }
      const cells = text.split('\t');
      for (const place of places) cells[place] = names.of(cells[place] ?? '') ?? cells[place] ?? '';
      return cells.join('\t');
    },
  };
}

/** A cell as it stands there, with its quotes. */
const CELL = /("(?:[^"]|"")*"|[^",]*)(?:,|$)/gy;

function cellsOf(line: string): string[] {
  const cells: string[] = [];
  CELL.lastIndex = 0;
  while (CELL.lastIndex <= line.length) {
    const match = CELL.exec(line);
    if (match === null) return [line];
    cells.push(match[1]!);
    if (!match[0].endsWith(',')) break;
    // A comma at the end is followed by an empty cell.
  }
  return cells;
}
const unquoted = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);

function csvForm(first: string, names: NamesBack): TextForm | undefined {
  const columns = cellsOf(first.replace(/\r$/, '')).map(unquoted);
  if (reportOf(columns) === undefined) return undefined;
  const places = nameColumns(columns);
  let head = true;
  return {
    lacking: undefined,
    line(text) {
      if (head || places.length === 0) {
        head = false;
        return text;
      }
      const end = text.endsWith('\r') ? '\r' : '';
      const cells = cellsOf(end === '' ? text : text.slice(0, -1));
      for (const place of places) {
        const name = names.of(unquoted(cells[place] ?? ''));
        if (name !== undefined) cells[place] = csvText(name);
      }
      return cells.join(',') + end;
    },
  };
}

/** A text as the service's CSV has it: in quotes, with an apostrophe before what a spreadsheet would run. */
function csvText(text: string): string {
  const guarded = FORMULA_STARTS.some((start) => text.startsWith(start)) ? `'${text}` : text;
  return `"${guarded.replaceAll('"', '""')}"`;
}

/** The service writes the head on the first line, then a line for each row, then `]}`. */
function jsonForm(first: string, names: NamesBack): TextForm | undefined {
  if (!first.endsWith('"rows":[')) return undefined;
  const columns = columnsOf(`${first}]}`);
  if (columns === undefined || reportOf(columns) === undefined) return undefined;
  const places = nameColumns(columns).map((place) => columns[place]!);
  let head = true;
  let ended = false;
  return {
    get lacking() {
      return ended ? undefined : 'its end is missing; download it again';
    },
    line(text) {
      if (head || text === '' || text === ']}') {
        head = false;
        ended ||= text === ']}';
        return text;
      }
      const comma = text.endsWith(',') ? ',' : '';
      const row = JSON.parse(comma === '' ? text : text.slice(0, -1)) as Record<string, unknown>;
      let changed = false;
      for (const place of places) {
        const cell = row[place];
        const name = typeof cell === 'string' ? names.of(cell) : undefined;
        if (name === undefined) continue;
        row[place] = name;
        changed = true;
      }
      return changed ? JSON.stringify(row) + comma : text;
    },
  };
}

function columnsOf(text: string): string[] | undefined {
  try {
    const { columns } = JSON.parse(text) as { columns?: { name: string }[] };
    return Array.isArray(columns) ? columns.map(({ name }) => name) : undefined;
  } catch {
    return undefined;
  }
}
