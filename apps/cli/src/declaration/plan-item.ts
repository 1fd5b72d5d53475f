import { once } from '../http/once.ts';
import type { FieldChange, Kind, Planning } from './plan.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An item of the management API as it was read, and where it is. */
export interface Present {
  readonly path: string;
  readonly sequence: number;
  readonly fields: Fields;
}

interface Wanted {
  readonly kind: Kind;
  readonly name: string;
  /** What is compared, told, and sent by a change. */
  readonly fields: Fields;
  readonly present: Present | undefined;
  /** Where one is made. */
  readonly list: string;
  /** What else is sent when it is made, and not told. */
  readonly beside?: Fields;
  /** Makes it in another way than by a POST to the list. */
  readonly create?: () => Promise<void>;
}

/** Plans that something is there as declared: made, changed where it differs, or left as it is. */
export function planItem(planning: Planning, wanted: Wanted): void {
  const { kind, name, fields, present, list, beside, create } = wanted;
  const { client, name: organisation } = planning.place;
  if (present === undefined) {
    planning.steps.push({
      action: 'create',
      organisation,
      kind,
      name,
      fields: differences({}, fields),
      carryOut:
        create ??
        (async () => {
          await once(client, list, { method: 'POST', json: { ...fields, ...beside } });
        }),
    });
    return;
  }
  const changed = differences(present.fields, fields);
  if (changed.length === 0) {
    planning.same();
    return;
  }
  planning.steps.push({
    action: 'change',
    organisation,
    kind,
    name,
    fields: changed,
    async carryOut() {
      const json = { sequence: present.sequence, ...fields };
      await once(client, present.path, { method: 'PATCH', json });
    },
  });
}

/** Plans that something is gone. */
export function planDeletion(
  planning: Planning,
  kind: Kind,
  name: string,
  present: Omit<Present, 'fields'>,
): void {
  const { client, name: organisation } = planning.place;
  planning.deletions.push({
    action: 'delete',
    organisation,
    kind,
    name,
    fields: [],
    async carryOut() {
      await once(client, present.path, { method: 'DELETE', query: { sequence: present.sequence } });
    },
  });
}

/** Fields that are wanted otherwise. None and null are the same, and so are `360` and `360.00`. */
export function differences(present: Fields, wanted: Fields): FieldChange[] {
  return Object.entries(wanted)
    .filter(([field, value]) => canonical(present[field]) !== canonical(value))
    .map(([field, to]) => ({ field, from: present[field], to }));
}

function canonical(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'quantity' in value && 'unit' in value)
    return JSON.stringify([decimal(String(value.quantity)), value.unit]);
  return JSON.stringify(value ?? null);
}

/** `0360.50` → `360.5` */
function decimal(text: string): string {
  const [whole = '', part = ''] = text.split('.');
  const rest = part.replace(/0+$/, '');
  return `${whole.replace(/^0+(?=\d)/, '')}${rest === '' ? '' : `.${rest}`}`;
}
