/** Contracts and their sites, as people keep them (2-wire-api, F). */
import Type, { type Static } from 'typebox';
import { AnyCaseUuid, ContractNumber, nameOf, nameOrNoneOf, strict } from './everywhere.ts';
import { lifeFields, listQuery, pageOf, Sequence } from './lists.ts';

/** A decimal as text: no float touches money. */
export const Commit = Type.Object(
  {
    quantity: Type.String({
      pattern: '^[0-9]{1,18}(\\.[0-9]{1,6})?$',
      'x-fault': 'must be a decimal in quotes such as "360"',
      examples: ['360'],
    }),
    unit: nameOf(32, 'points'),
  },
  strict,
);
export type Commit = Static<typeof Commit>;

export const Currency = Type.String({
  pattern: '^[A-Z]{3}$',
  'x-fault': 'must be a currency of three letters such as USD',
  examples: ['USD'],
});

/** The names of the rule sets that are shipped; a test of the service holds them to the sets themselves. */
export const RULE_SET_NAMES = ['flex', 'cores', 'plain'] as const;
const RuleSetName = Type.Enum(RULE_SET_NAMES);

const terms = {
  family: nameOf(64, 'RENTAL'),
  currency: Currency,
  minimumCommit: Commit,
  ruleSet: RuleSetName,
};

export const ContractPath = Type.Object({ number: ContractNumber }, strict);

/** What usage is billed under. Its id is its number. */
export const ContractItem = Type.Object({ number: ContractNumber, ...terms, ...lifeFields }, strict);
export type ContractItem = Static<typeof ContractItem>;

export const contractSelectors = {
  number: 'text',
  family: 'text',
  currency: 'text',
  ruleSet: 'text',
  createdAt: 'instant',
  modifiedAt: 'instant',
} as const;
export const ContractQuery = listQuery(contractSelectors, 'number');
export const ContractPage = pageOf(ContractItem);

/** Without a commit it is 0 points. */
export const NewContract = Type.Object(
  { number: ContractNumber, ...terms, minimumCommit: Type.Optional(Commit) },
  strict,
);
export type NewContract = Static<typeof NewContract>;

/** What is left out stays as it is. The number is the contract's name for ever. */
export const ContractChange = Type.Object(
  {
    sequence: Sequence,
    family: Type.Optional(terms.family),
    currency: Type.Optional(Currency),
    minimumCommit: Type.Optional(Commit),
    ruleSet: Type.Optional(RuleSetName),
  },
  strict,
);
export type ContractChange = Static<typeof ContractChange>;

const place = {
  countryRegion: nameOrNoneOf(128, 'BG'),
  address: nameOrNoneOf(512, '1 Example Street'),
  postCode: nameOrNoneOf(32, '1000'),
};
const SiteLabel = nameOf(256, 'Site A');

export const SitePath = Type.Object({ number: ContractNumber, siteId: AnyCaseUuid }, strict);

/** Where meters of a contract stand. Texts that nobody gave are empty. */
export const SiteItem = Type.Object(
  { id: AnyCaseUuid, contractNumber: ContractNumber, name: SiteLabel, ...place, ...lifeFields },
  strict,
);
export type SiteItem = Static<typeof SiteItem>;

export const siteSelectors = {
  name: 'text',
  countryRegion: 'text',
  postCode: 'text',
  createdAt: 'instant',
  modifiedAt: 'instant',
} as const;
export const SiteQuery = listQuery(siteSelectors, 'name');
export const SitePage = pageOf(SiteItem);

const optionalPlace = {
  countryRegion: Type.Optional(place.countryRegion),
  address: Type.Optional(place.address),
  postCode: Type.Optional(place.postCode),
};
export const NewSite = Type.Object({ name: SiteLabel, ...optionalPlace }, strict);
export type NewSite = Static<typeof NewSite>;

export const SiteChange = Type.Object(
  { sequence: Sequence, name: Type.Optional(SiteLabel), ...optionalPlace },
  strict,
);
export type SiteChange = Static<typeof SiteChange>;
