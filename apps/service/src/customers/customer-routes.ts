import {
  CustomerChange,
  CustomerItem,
  CustomerPage,
  CustomerPath,
  CustomerQuery,
  NewCustomer,
  SequenceQuery,
} from '@meterhouse/contract';
import Type from 'typebox';
import type { Routes } from '../platform/http/index.ts';
import { changeCustomer, deleteCustomer, makeCustomer } from './change-customer.ts';
import { findCustomer } from './find-customer.ts';
import { listCustomers } from './list-customers.ts';
import type { CustomersOptions } from './tools.ts';
import { unknownCustomer } from './unknown.ts';

const path = '/api/v1/customers';
const tags = ['customers'];

/** The provider's customers in the management API (2-wire-api, F). */
export function customerRoutes(options: CustomersOptions): Routes {
  const { database, makeChange } = options;
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listCustomers',
          summary: 'The customers',
          tags,
          querystring: CustomerQuery,
          response: { 200: CustomerPage },
        },
      },
      (request) => listCustomers(database, request.caller.organisationId, request.query),
    );

    app.post(
      path,
      {
        config: { access: 'administrator', refuses: ['already-exists'] },
        schema: {
          operationId: 'createCustomer',
          summary: 'Make a customer',
          tags,
          body: NewCustomer,
          response: { 201: CustomerItem },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const made = await makeCustomer(transaction, options, author, request.body);
          return { status: 201, location: `${path}/${made.id}`, body: made };
        }),
    );

    app.get(
      `${path}/:customerId`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getCustomer',
          summary: 'One customer',
          tags,
          params: CustomerPath,
          response: { 200: CustomerItem },
        },
      },
      async (request) => {
        const { customerId } = request.params;
        const customer = await findCustomer(database, request.caller.organisationId, customerId);
        if (customer === undefined) throw unknownCustomer();
        return customer;
      },
    );

    app.patch(
      `${path}/:customerId`,
      {
        config: { access: 'administrator', refuses: ['already-exists'] },
        schema: {
          operationId: 'changeCustomer',
          summary: 'Change a customer',
          description:
            'Its rules carry the new name. Meters put it on what they collect from then on; usage that was taken keeps the name it has.',
          tags,
          params: CustomerPath,
          body: CustomerChange,
          response: { 200: CustomerItem },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const id = request.params.customerId.toLowerCase();
          return { body: await changeCustomer(transaction, options, author, id, request.body) };
        }),
    );

    app.delete(
      `${path}/:customerId`,
      {
        config: { access: 'administrator', refuses: ['in-use'] },
        schema: {
          operationId: 'deleteCustomer',
          summary: 'Delete a customer',
          description: 'Only one without rules: else 409 `in-use` names them. Usage keeps the name it has.',
          tags,
          params: CustomerPath,
          querystring: SequenceQuery,
          response: { 204: Type.Null() },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const id = request.params.customerId.toLowerCase();
          await deleteCustomer(transaction, options, author, id, Number(request.query.sequence));
          return { status: 204 };
        }),
    );
  };
}
