import { ContractNumber, nameOf, RoleName } from '@meterhouse/contract';
import { SHIPPED_RULE_SETS } from '@meterhouse/metering';
import Type, { type Static, type TSchema } from 'typebox';

const strict = { additionalProperties: false } as const;
const optionalList = <Item extends TSchema>(item: Item) => Type.Optional(Type.Array(item));

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
const ApiToken = Type.Object({ name: nameOf(128), role: RoleName, value: SecretSource }, strict);
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
    currency: Type.String({
      pattern: '^[A-Z]{3}$',
      'x-fault': 'must be a currency of three letters such as USD',
    }),
    minimumCommit: Type.Optional(
      Type.Object(
        {
          quantity: Type.String({
            pattern: '^[0-9]{1,18}(\\.[0-9]{1,6})?$',
            'x-fault': 'must be a decimal in quotes such as "360"',
          }),
          unit: nameOf(32),
        },
        strict,
      ),
    ),
    ruleSet: Type.Enum(Object.keys(SHIPPED_RULE_SETS) as (keyof typeof SHIPPED_RULE_SETS)[]),
    sites: optionalList(Site),
  },
  strict,
);
const Organisation = Type.Object(
  {
    name: nameOf(256),
    partnerId: Type.Optional(nameOf(64)),
    people: optionalList(Person),
    apiTokens: optionalList(ApiToken),
    contracts: optionalList(Contract),
  },
  strict,
);

/** What the file of `--provision` says shall be. What it does not name is left as it is. */
export const Declaration = Type.Object({ organisations: Type.Array(Organisation) }, strict);
export type Declaration = Static<typeof Declaration>;
export type DeclaredOrganisation = Static<typeof Organisation>;
export type DeclaredPerson = Static<typeof Person>;
export type DeclaredToken = Static<typeof ApiToken>;
