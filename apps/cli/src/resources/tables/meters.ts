import type { MeterSummary } from '@meterhouse/contract';
import { METER_COLUMNS } from '../../commands/meters/columns.ts';
import { agentValue } from '../../commands/values.ts';
import type { Resource } from '../resource.ts';

/** Listing, showing and registering meters have commands of their own. */
export const meters: Resource<MeterSummary> = {
  name: 'meters',
  one: 'meter',
  about: 'The meters of your organisation, as the service knows them.',
  path: '/api/v1/meters',
  id: { argument: 'agent', words: "the meter's UUID", of: ({ agentId }) => agentId, parse: agentValue },
  columns: METER_COLUMNS,
  fields: [
    { flags: '--label <text>', words: 'what people call it', member: 'label', change: true },
    {
      flags: '--contract <number>',
      words: 'the contract its usage is billed under from the next full hour on',
      member: 'contractNumber',
      change: true,
      removable: true,
    },
    {
      flags: '--site <name>',
      words: 'the site of that contract',
      member: 'siteName',
      change: true,
      removable: true,
    },
    {
      flags: '--mode <mode>',
      words: 'TEST meters stay out of bills; a PRODUCTION meter does not become one',
      member: 'meteringMode',
      change: true,
      choices: ['PRODUCTION', 'TEST'],
    },
    {
      flags: '--connectivity <mode>',
      words: 'whether it sends its packages itself',
      member: 'connectivityMode',
      change: true,
      choices: ['ONLINE', 'OFFLINE'],
    },
  ],
  words: {
    change:
      'Changes a meter. Contract, site and mode count from the next full hour on; what is left out stays as it is.',
    delete:
      'Deletes a meter: it can upload no more and leaves the lists. Hours already taken still bill, and its reports stay. "meters undelete" brings it back.',
  },
  examples: {
    change: [
      'meters change 88531d1c-296e-4b47-8431-c0e8182148e7 --label um-sofia',
      "meters change 88531d1c-296e-4b47-8431-c0e8182148e7 --contract 1012345 --site 'Site A'",
    ],
    delete: ['meters delete 88531d1c-296e-4b47-8431-c0e8182148e7'],
  },
  empty: 'No meter is registered.',
};
