import {
  CustomerRuleChange,
  CustomerRuleItem,
  CustomerRulePage,
  CustomerRulePath,
  CustomerRuleQuery,
  NewCustomerRule,
  SequenceQuery,
} from '@meterhouse/contract';
import Type from 'typebox';
import type { Routes } from '../platform/http/index.ts';
import { changeRule, deleteRule, makeRule } from './change-rule.ts';
import { findRule } from './find-rule.ts';
import { listRules } from './list-rules.ts';
import type { CustomersOptions } from './tools.ts';
import { unknownRule } from './unknown.ts';

const path = '/api/v1/customer-rules';
const tags = ['customers'];

/** The rules that give usage to customers, in the management API (2-wire-api, F). */
export function ruleRoutes(options: CustomersOptions): Routes {
  const { database, makeChange } = options;
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listCustomerRules',
          summary: 'The rules that give usage to customers',
          tags,
          querystring: CustomerRuleQuery,
          response: { 200: CustomerRulePage },
        },
      },
      (request) => listRules(database, request.caller.organisationId, request.query),
    );

    app.post(
      path,
      {
        config: { access: 'administrator', refuses: ['already-exists'] },
        schema: {
          operationId: 'createCustomerRule',
          summary: 'Make a rule',
          description:
            'Usage of whatever lies under the target is the customer’s from the next collection on, unless a rule nearer to the VM says otherwise. A target has one rule.',
          tags,
          body: NewCustomerRule,
          response: { 201: CustomerRuleItem },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const made = await makeRule(transaction, options, author, request.body);
          return { status: 201, location: `${path}/${made.id}`, body: made };
        }),
    );

    app.get(
      `${path}/:ruleId`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getCustomerRule',
          summary: 'One rule',
          tags,
          params: CustomerRulePath,
          response: { 200: CustomerRuleItem },
        },
      },
      async (request) => {
        const rule = await findRule(database, request.caller.organisationId, request.params.ruleId);
        if (rule === undefined) throw unknownRule();
        return rule;
      },
    );

    app.patch(
      `${path}/:ruleId`,
      {
        config: { access: 'administrator', refuses: ['already-exists'] },
        schema: {
          operationId: 'changeCustomerRule',
          summary: 'Change a rule',
          tags,
          params: CustomerRulePath,
          body: CustomerRuleChange,
          response: { 200: CustomerRuleItem },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const id = request.params.ruleId.toLowerCase();
          return { body: await changeRule(transaction, options, author, id, request.body) };
        }),
    );

    app.delete(
      `${path}/:ruleId`,
      {
        config: { access: 'administrator' },
        schema: {
          operationId: 'deleteCustomerRule',
          summary: 'Delete a rule',
          tags,
          params: CustomerRulePath,
          querystring: SequenceQuery,
          response: { 204: Type.Null() },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const id = request.params.ruleId.toLowerCase();
          await deleteRule(transaction, options, author, id, Number(request.query.sequence));
          return { status: 204 };
        }),
    );
  };
}
