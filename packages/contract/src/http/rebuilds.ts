import { type Static, Type } from 'typebox';
import { AnyCaseUuid, shown } from './everywhere.ts';

const Text = Type.String();
const Id = shown('5b0d7a52-6f1d-4e39-9a53-0f6f1b7f9c21');
const Instant = shown('2023-02-01T05:00:00.000Z');
const Strict = { additionalProperties: false } as const;

export const RebuildPath = Type.Object({ rebuildId: AnyCaseUuid }, Strict);
export const RebuildStarted = Type.Object({ rebuildId: Id, months: Type.Integer() }, Strict);
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
    rebuildId: Id,
    askedBy: shown('api-token:automation'),
    askedAt: Instant,
    finishedAt: Type.Optional(Instant),
    months: Type.Array(
      Type.Object(
        {
          organisationId: shown('caa84035-6d0e-4a3c-9a3e-7b1f7d1f2b11'),
          agentId: shown('88531d1c-296e-4b47-8431-c0e8182148e7'),
          month: shown('2023-01'),
          slices: Type.Optional(Type.Integer({ description: 'Slices whose digest was derived again.' })),
          finishedAt: Type.Optional(Instant),
          differences: Type.Array(RebuildDifference),
        },
        Strict,
      ),
    ),
  },
  Strict,
);
export type Rebuild = Static<typeof Rebuild>;
