import {
  ActivateRequest,
  Activation,
  ActivationStatement,
  ActivationToken,
  AgentPath,
  describeFaults,
  type ProblemFault,
} from '@meterhouse/contract';
import type { FastifyRequest } from 'fastify';
import type { AttemptLimits } from '../identity/index.ts';
import type { Routes } from '../platform/http/index.ts';
import type { ActivateMeter } from './activate-meter.ts';
import { readActivation } from './activation-proof.ts';
import type { MakeActivationToken } from './activation-tokens.ts';

const tags = ['activation'];

/** How a meter gets its key bound (2-wire-api, E). */
export function activationRoutes({
  makeActivationToken,
  activateMeter,
  limits,
}: {
  makeActivationToken: MakeActivationToken;
  activateMeter: ActivateMeter;
  limits: AttemptLimits;
}): Routes {
  return (app) => {
    app.post(
      '/usage/api/v1/agents/:agentId/activation-token',
      {
        config: { refuses: ['meter-deleted'], access: 'administrator', body: 'none', noStore: true },
        schema: {
          operationId: 'createActivationToken',
          summary: 'Make the token that binds a key to a meter',
          description:
            'It works once, for 24 hours, for this meter. A newer one, or deleting the meter, voids it.',
          tags,
          params: AgentPath,
          response: { 201: ActivationToken },
        },
      },
      async (request, reply) => {
        reply.code(201);
        return await makeActivationToken(request.caller, request.params.agentId, request.id);
      },
    );

    app.post(
      '/usage/api/v1/agents/:agentId/activate',
      {
        config: {
          refuses: ['activation-invalid', 'activation-key-used', 'meter-deleted'],
          access: 'public',
          noStore: true,
        },
        schema: {
          operationId: 'activateMeter',
          summary: "Bind a meter's key by its activation token",
          description:
            'A compact JWS by the new key over an ActivationStatement: header `{"alg":"EdDSA","typ":"meterhouse-activation+jws"}`. ' +
            'The same request again is answered the same while its key is the current one.',
          tags,
          params: AgentPath,
          body: ActivateRequest,
          response: { 200: Activation },
        },
      },
      async (request) => {
        await limits.admit(request.ip);
        const proof = await readActivation(request.body.activation, (statement) =>
          statementFaults(request, statement),
        );
        return await activateMeter(request.params.agentId, proof, {
          address: request.ip,
          requestId: request.id,
        });
      },
    );
  };
}

function statementFaults(request: FastifyRequest, statement: unknown): ProblemFault[] {
  const check = request.compileValidationSchema(ActivationStatement) as {
    (value: unknown): boolean;
    errors?: Parameters<typeof describeFaults>[0] | null;
  };
  return check(statement) ? [] : describeFaults(check.errors ?? [], '/activation');
}
