/**
 * The published shape of privacy, over ours: each attribute of the settings is a group. `enabled` means that its names are not
 * told; `treatment` (ours) says how. `redactionString` is set when every hidden name is redacted, and null otherwise.
 */
import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import { REDACTED } from '../privacy/index.ts';
import type { PrivacySettings } from '../settings/index.ts';
import type { MeterControl, PrivacyView } from './control.ts';
import { missingKeys } from './errors.ts';
import { QueryBoolean } from './wire.ts';

const NAMES = ['vm', 'host', 'cluster', 'customer'] as const;
const GROUPS = [...NAMES, 'license'] as const;
const USUAL = {
  vm: 'hashed',
  host: 'hashed',
  cluster: 'hashed',
  customer: 'plain',
  license: 'masked',
} as const;
const descriptions = {
  vm: 'Names of virtual machines',
  host: 'Names of hosts',
  cluster: 'Names of clusters',
  customer: "Customers' labels",
  license: 'Licence keys, but for their last five characters',
} as const;

const Body = Type.Object({
  disabled: Type.Optional(Type.Boolean()),
  redactionString: Type.Optional(Type.Union([Type.Null(), Type.String({ maxLength: 64 })])),
  settings: Type.Optional(
    Type.Array(
      Type.Object({
        group: Type.Enum([...GROUPS]),
        enabled: Type.Optional(Type.Boolean()),
        treatment: Type.Optional(Type.Enum(['hashed', 'redacted', 'plain', 'masked'])),
      }),
      { maxItems: 50 },
    ),
  ),
  force: Type.Optional(Type.Boolean()),
});
type Change = Static<typeof Body>;
const Query = Type.Object({ force: Type.Optional(QueryBoolean) });

export function privacyRoutes(app: FastifyInstance, control: MeterControl): void {
  app.get('/api/v1/anon-settings', async () => toldPrivacy(await control.privacy()));

  // PATCH is published; some tools send PUT only.
  app.route<{ Body: Change; Querystring: Static<typeof Query> }>({
    method: ['PATCH', 'PUT'],
    url: '/api/v1/anon-settings',
    schema: { body: Body, querystring: Query },
    handler: async ({ body, query }, reply) => {
      const { now, next } = await control.privacy();
      // What was changed a moment ago and waits for the month is the base of what is changed now.
      const settings = changed(next?.settings ?? now, body);
      const force = body.force === true || query.force === 'true';
      return reply.code(202).send(toldPrivacy(await control.changePrivacy(settings, force)));
    },
  });
}

function changed(base: PrivacySettings, change: Change): PrivacySettings {
  const faults: { key: string; why: string }[] = [];
  const settings: Record<(typeof GROUPS)[number], string> = { ...base };
  if (change.disabled === true) for (const group of GROUPS) settings[group] = 'plain';
  // As they are at first; what is hidden in part already stays as it is.
  if (change.disabled === false && GROUPS.every((group) => settings[group] === 'plain'))
    Object.assign(settings, USUAL);
  for (const [at, { group, enabled, treatment }] of (change.settings ?? []).entries()) {
    const allowed = group === 'license' ? ['masked', 'plain'] : ['hashed', 'redacted', 'plain'];
    if (treatment !== undefined && !allowed.includes(treatment))
      faults.push({
        key: `settings.${at}.treatment`,
        why: `must be one of ${allowed.join(', ')} for ${group}`,
      });
    if (treatment !== undefined && enabled !== undefined && enabled === (treatment === 'plain'))
      faults.push({ key: `settings.${at}.enabled`, why: 'says the opposite of treatment' });
    if (treatment !== undefined) settings[group] = treatment;
    else if (enabled === false) settings[group] = 'plain';
    else if (enabled === true && settings[group] === 'plain') settings[group] = allowed[0]!;
  }
  const { redactionString } = change;
  if (redactionString !== undefined && redactionString !== null && redactionString !== REDACTED)
    faults.push({
      key: 'redactionString',
      why: `must be ${REDACTED}, which is what this meter redacts with, or null`,
    });
  for (const name of redactionString === undefined ? [] : NAMES) {
    if (redactionString !== null && settings[name] !== 'plain') settings[name] = 'redacted';
    if (redactionString === null && settings[name] === 'redacted') settings[name] = 'hashed';
  }
  if (faults.length > 0) throw missingKeys(faults);
  return settings as unknown as PrivacySettings;
}

function toldPrivacy({ now, next }: PrivacyView) {
  return {
    ...toldSettings(now),
    pending:
      next === undefined ? null : { from: new Date(next.from).toISOString(), ...toldSettings(next.settings) },
  };
}

function toldSettings(settings: PrivacySettings) {
  const hidden = NAMES.filter((name) => settings[name] !== 'plain');
  return {
    disabled: hidden.length === 0 && settings.license === 'plain',
    settings: GROUPS.map((group) => ({
      group,
      description: descriptions[group],
      enabled: settings[group] !== 'plain',
      treatment: settings[group],
      dataPath: [],
    })),
    redactionString:
      hidden.length > 0 && hidden.every((name) => settings[name] === 'redacted') ? REDACTED : null,
  };
}
