import {
  ContractChange,
  ContractItem,
  ContractPage,
  ContractPath,
  ContractQuery,
  NewContract,
  SequenceQuery,
} from '@meterhouse/contract';
import Type from 'typebox';
import type { Routes } from '../platform/http/index.ts';
import { changeContract, deleteContract, makeContract } from './change-contract.ts';
import { findContract, itemOfContract } from './find-contract.ts';
import { listContracts } from './list-contracts.ts';
import type { CommerceOptions } from './tools.ts';
import { unknownContract } from './unknown.ts';

const path = '/api/v1/contracts';
const tags = ['contracts'];

/** Contracts in the management API (2-wire-api, F). */
export function contractRoutes(options: CommerceOptions): Routes {
  const { database, makeChange } = options;
  return (app) => {
    app.get(
      path,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'listContracts',
          summary: 'The contracts',
          tags,
          querystring: ContractQuery,
          response: { 200: ContractPage },
        },
      },
      (request) => listContracts(database, request.caller.organisationId, request.query),
    );

    app.post(
      path,
      {
        config: { access: 'administrator', refuses: ['already-exists'] },
        schema: {
          operationId: 'createContract',
          summary: 'Make a contract',
          tags,
          body: NewContract,
          response: { 201: ContractItem },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const made = await makeContract(transaction, options, author, request.body);
          return { status: 201, location: `${path}/${made.number}`, body: made };
        }),
    );

    app.get(
      `${path}/:number`,
      {
        config: { access: 'reader' },
        schema: {
          operationId: 'getContract',
          summary: 'One contract',
          tags,
          params: ContractPath,
          response: { 200: ContractItem },
        },
      },
      async (request) => {
        const contract = await findContract(database, request.caller.organisationId, request.params.number);
        if (contract === undefined) throw unknownContract();
        return itemOfContract(contract);
      },
    );

    app.patch(
      `${path}/:number`,
      {
        config: { access: 'administrator' },
        schema: {
          operationId: 'changeContract',
          summary: 'Change a contract',
          description:
            'Another rule set rates the open months anew: the reports of the meters that were under the contract are renewed. Closed months stay as they are.',
          tags,
          params: ContractPath,
          body: ContractChange,
          response: { 200: ContractItem },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => ({
          body: await changeContract(transaction, options, author, request.params.number, request.body),
        })),
    );

    app.delete(
      `${path}/:number`,
      {
        config: { access: 'administrator', refuses: ['in-use'] },
        schema: {
          operationId: 'deleteContract',
          summary: 'Delete a contract',
          description:
            'Only one that nothing refers to: no site of it is left, and no meter is or was ever billed under it. Else 409 `in-use` names what does.',
          tags,
          params: ContractPath,
          querystring: SequenceQuery,
          response: { 204: Type.Null() },
        },
      },
      (request, reply) =>
        makeChange(request, reply, async (transaction, author) => {
          const sequence = Number(request.query.sequence);
          await deleteContract(transaction, options, author, request.params.number, sequence);
          return { status: 204 };
        }),
    );
  };
}
