import { RENDITIONS, type RenditionForm } from '@meterhouse/contract';

const TSV = '.tsv.gz';
const forms = Object.keys(RENDITIONS) as RenditionForm[];

/** Where a form of the report under `archiveKey` lies: beside it, under the same name with another ending. */
export function renditionKey(archiveKey: string, form: RenditionForm): string {
  return `${archiveKey.slice(0, -TSV.length)}.${RENDITIONS[form].ending}`;
}

/** Where any form of it may lie. */
export function renditionKeys(archiveKey: string): readonly string[] {
  return forms.map((form) => renditionKey(archiveKey, form));
}

/** The TSV that the file under `key` belongs to, which may be itself: names before the first point are the same. */
export function reportKeyOf(key: string): string {
  const name = key.lastIndexOf('/') + 1;
  const point = key.indexOf('.', name);
  return point === -1 ? key : key.slice(0, point) + TSV;
}
