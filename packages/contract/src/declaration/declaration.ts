/**
 * The declaration: what shall be, as a file says it. One form for `meterhouse apply`, `meterhouse export` and the provisioning
 * file of `meterhouse serve`, which takes the part of it that nobody can sign in without, and values of tokens.
 */
import Type, { type Static, type TSchema } from 'typebox';
import { Commit, Currency, RULE_SET_NAMES } from '../http/commerce.ts';
import { CustomerName, CustomerNumber, ruleTarget } from '../http/customers.ts';
import { AnyCaseUuid, ContractNumber, Label, nameOf, RoleName, strict } from '../http/everywhere.ts';
import { quotaLimits } from '../http/quotas.ts';
import { ConnectivityMode, MeteringMode } from '../http/registry.ts';

const optionalList = <Item extends TSchema>(item: Item) => Type.Optional(Type.Array(item));
const orNone = <Item extends TSchema>(item: Item) => Type.Optional(Type.Union([item, Type.Null()]));

/** A secret: itself, the name of a variable of the environment, or a file (from the declaration's folder). */
const SecretSource = Type.Union([
  Type.String({ 'x-fault': 'must be text' }),
  Type.Object({ env: Type.String({ minLength: 1 }) }, { ...strict, 'x-fault': '{env: NAME}' }),
  Type.Object({ file: Type.String({ minLength: 1 }) }, { ...strict, 'x-fault': '{file: PATH}' }),
]);
export type SecretSource = Static<typeof SecretSource>;

const Person = Type.Object(
  {
    email: Type.String({
      maxLength: 254,
      pattern: '^[^@\\s\\u0000-\\u001f]+@[^@\\s\\u0000-\\u001f]+$',
      'x-fault': 'must be an e-mail address',
    }),
    role: RoleName,
    password: Type.Optional(SecretSource),
  },
  strict,
);
const heldToken = { name: nameOf(128), role: RoleName };
/** The service makes its value, which goes into the file `to`. One that only a provisioning file can give is refused later. */
const ApiToken = Type.Object(
  { ...heldToken, value: Type.Optional(SecretSource), to: Type.Optional(Type.String({ minLength: 1 })) },
  strict,
);
const ProvisionedToken = Type.Object({ ...heldToken, value: SecretSource }, strict);
const Site = Type.Object(
  {
    name: nameOf(256),
    countryRegion: Type.Optional(nameOf(128)),
    address: Type.Optional(nameOf(512)),
    postCode: Type.Optional(nameOf(32)),
  },
  strict,
);
const Contract = Type.Object(
  {
    number: ContractNumber,
    family: nameOf(64),
    currency: Currency,
    minimumCommit: Type.Optional(Commit),
    ruleSet: Type.Enum(RULE_SET_NAMES),
    sites: optionalList(Site),
  },
  strict,
);
const Rule = Type.Object(ruleTarget, strict);
const Customer = Type.Object(
  { name: CustomerName, number: Type.Optional(CustomerNumber), rules: optionalList(Rule) },
  strict,
);
/** What is left out of a meter stays as it is; null takes it off its contract or site. */
const Meter = Type.Object(
  {
    agentId: AnyCaseUuid,
    label: Label,
    connectivityMode: Type.Optional(ConnectivityMode),
    meteringMode: Type.Optional(MeteringMode),
    contractNumber: orNone(ContractNumber),
    siteName: orNone(nameOf(256)),
  },
  strict,
);
const name = nameOf(256);
const partnerId = Type.Optional(nameOf(64));
const people = optionalList(Person);
const contracts = optionalList(Contract);

const Organisation = Type.Object(
  {
    name,
    partnerId,
    quotas: Type.Optional(Type.Object(quotaLimits, strict)),
    people,
    apiTokens: optionalList(ApiToken),
    contracts,
    customers: optionalList(Customer),
    meters: optionalList(Meter),
  },
  strict,
);
const ProvisionedOrganisation = Type.Object(
  { name, partnerId, people, apiTokens: optionalList(ProvisionedToken), contracts },
  strict,
);

/** What a declaration does not name is left as it is. */
export const Declaration = Type.Object({ organisations: Type.Array(Organisation) }, strict);
export type Declaration = Static<typeof Declaration>;
export type DeclaredOrganisation = Static<typeof Organisation>;
export type DeclaredPerson = Static<typeof Person>;
export type DeclaredToken = Static<typeof ApiToken>;
export type DeclaredContract = Static<typeof Contract>;
export type DeclaredSite = Static<typeof Site>;
export type DeclaredCustomer = Static<typeof Customer>;
export type DeclaredRule = Static<typeof Rule>;
export type DeclaredMeter = Static<typeof Meter>;

export const Provisioning = Type.Object({ organisations: Type.Array(ProvisionedOrganisation) }, strict);
export type Provisioning = Static<typeof Provisioning>;
export type ProvisionedOrganisation = Static<typeof ProvisionedOrganisation>;
export type ProvisionedToken = Static<typeof ProvisionedToken>;
