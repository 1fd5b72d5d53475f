import { type Static, Type } from 'typebox';
import { AnyCaseUuid } from './everywhere.ts';

const Text = Type.String();
const Strict = { additionalProperties: false } as const;

export const RebuildPath = Type.Object({ rebuildId: AnyCaseUuid }, Strict);
export const RebuildStarted = Type.Object({ rebuildId: Text, months: Type.Integer() }, Strict);
export type RebuildStarted = Static<typeof RebuildStarted>;

/** Something that was not what the archive says. */
export const RebuildDifference = Type.Object(
  {
    what: Type.Enum([
      'slice-records',
      'slice-digest',
      'usage-rows',
      'stray-rows',
      'unrecorded-package',
      'unreadable-package',
    ]),
    product: Type.Optional(Text),
    hour: Type.Optional(Text),
    upload: Type.Optional(Text),
    found: Type.Optional(Text),
    derived: Type.Optional(Text),
  },
  Strict,
);
export type RebuildDifference = Static<typeof RebuildDifference>;

/** How far a rebuild is, and what differed; empty lists mean that everything was what it should be. */
export const Rebuild = Type.Object(
  {
    rebuildId: Text,
    askedBy: Text,
    askedAt: Text,
    finishedAt: Type.Optional(Text),
    months: Type.Array(
      Type.Object(
        {
          organisationId: Text,
          agentId: Text,
          month: Text,
          slices: Type.Optional(Type.Integer({ description: 'Slices whose digest was derived again.' })),
          finishedAt: Type.Optional(Text),
          differences: Type.Array(RebuildDifference),
        },
        Strict,
      ),
    ),
  },
  Strict,
);
export type Rebuild = Static<typeof Rebuild>;
