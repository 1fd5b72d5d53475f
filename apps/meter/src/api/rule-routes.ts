import type { FastifyInstance } from 'fastify';
import Type, { type Static } from 'typebox';
import type { CustomerRule } from '../settings/index.ts';
import type { MeterControl } from './control.ts';
import { ApiError, missingKeys } from './errors.ts';
import { type KnownProduct, knownProducts } from './known-products.ts';
import type { ProductIds } from './product-ids.ts';
import { ruleNumber, ruleUuid } from './rule-ids.ts';
import { Id, plainText } from './wire.ts';

const TARGET_TYPES = [
  'vCenter',
  'VCD',
  'Datacenter',
  'ClusterComputeResource',
  'ResourcePool',
  'HostSystem',
  'Folder',
  'vcd_organization',
] as const;

const Name = plainText(170);
const NewRules = Type.Object({
  rules: Type.Array(
    Type.Object({
      productType: Type.Enum(['vCenter', 'VCD', 'libvirt']),
      productId: Id,
      name: Name,
      targetId: plainText(1024),
      targetType: Type.Enum([...TARGET_TYPES]),
    }),
    { minItems: 1, maxItems: 10_000 },
  ),
});
const RenamedRules = Type.Object({
  rules: Type.Array(Type.Object({ id: Type.String({ maxLength: 64 }), name: Name }), {
    minItems: 1,
    maxItems: 10_000,
  }),
});
const NamedQuery = Type.Object({ name: Type.Optional(Name) });
const DeleteQuery = Type.Object({ name: Name });
interface RulePath {
  readonly Params: { readonly id: string };
}

/** Customers' rules. Several at once are all taken or none. */
export function ruleRoutes(app: FastifyInstance, control: MeterControl, ids: ProductIds): void {
  app.get<{ Querystring: Static<typeof NamedQuery> }>(
    '/api/v1/rules',
    { schema: { querystring: NamedQuery } },
    async ({ query: { name } }) => {
      const rules = await control.rules();
      return { rules: await told(name === undefined ? rules : rules.filter((rule) => rule.name === name)) };
    },
  );

  app.get<RulePath>('/api/v1/rules/:id', async ({ params: { id } }) => {
    const [rule] = await told((await control.rules()).filter((known) => known.id === ruleNumber(id)));
    if (rule === undefined) throw ruleNotFound();
    return rule;
  });

  app.post<{ Body: Static<typeof NewRules> }>(
    '/api/v1/rules',
    { schema: { body: NewRules } },
    async ({ body }, reply) => {
      const products = await knownProducts(control, ids);
      const faults: { key: string; why: string }[] = [];
      const rules = body.rules.map(({ productId, productType, name, targetId, targetType }, at) => {
        const known = products.find(({ id, view }) => id === productId && view.type === productType);
        if (known === undefined)
          faults.push({ key: `rules.${at}.productId`, why: `is no product of type ${productType} here` });
        return { name, productType, productId: known?.view.name ?? '', targetId, targetType };
      });
      if (faults.length > 0) throw missingKeys(faults.slice(0, 100));
      return reply.code(201).send({ rules: await told(await control.addRules(rules)) });
    },
  );

  app.patch<{ Body: Static<typeof RenamedRules> }>(
    '/api/v1/rules',
    { schema: { body: RenamedRules } },
    async ({ body }) => {
      const known = new Set((await control.rules()).map(({ id }) => id));
      const faults: { key: string; why: string }[] = [];
      const names = body.rules.map(({ id, name }, at) => {
        const number = ruleNumber(id);
        if (number === undefined || !known.has(number))
          faults.push({ key: `rules.${at}.id`, why: 'is no rule of this meter' });
        return { id: number ?? 0, name };
      });
      if (faults.length > 0) throw missingKeys(faults.slice(0, 100));
      return { rules: await told(await control.renameRules(names)) };
    },
  );

  const RenamedRule = Type.Object({ name: Name });
  app.patch<RulePath & { Body: Static<typeof RenamedRule> }>(
    '/api/v1/rules/:id',
    { schema: { body: RenamedRule } },
    async ({ params, body: { name } }) => {
      const id = await knownNumber(params.id);
      return (await told(await control.renameRules([{ id, name }])))[0];
    },
  );

  app.delete<{ Querystring: Static<typeof DeleteQuery> }>(
    '/api/v1/rules',
    { schema: { querystring: DeleteQuery } },
    async ({ query: { name } }, reply) => {
      const found = (await control.rules()).filter((rule) => rule.name === name);
      if (found.length === 0) throw ruleNotFound();
      await control.removeRules(found.map(({ id }) => id));
      return reply.code(204).send();
    },
  );

  app.delete<RulePath>('/api/v1/rules/:id', async ({ params }, reply) => {
    await control.removeRules([await knownNumber(params.id)]);
    return reply.code(204).send();
  });

  async function knownNumber(uuid: string): Promise<number> {
    const id = ruleNumber(uuid);
    if (id === undefined || !(await control.rules()).some((rule) => rule.id === id)) throw ruleNotFound();
    return id;
  }

  async function told(rules: readonly CustomerRule[]) {
    const products = rules.length === 0 ? [] : await knownProducts(control, ids);
    return rules.map((rule) => toldRule(rule, products));
  }
}

const ruleNotFound = () => new ApiError('GW_NOT_FOUND', 'There is no such rule.');

function toldRule(rule: CustomerRule, products: readonly KnownProduct[]) {
  const product = products.find(
    ({ view }) => rule.productId === view.name || rule.productId === view.instanceId,
  );
  return {
    id: ruleUuid(rule.id),
    name: rule.name,
    productType: rule.productType,
    // A rule may be for a product that this meter does not have (yet).
    productId: product?.id ?? null,
    targetId: rule.targetId,
    targetType: rule.targetType,
  };
}
