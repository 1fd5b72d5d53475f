import type { Send } from '../calls/request.ts';
import { type Month, monthPath } from '../month.ts';
import type { CallOptions, Data } from '../wire.ts';

const PATH = '/usage/api/v1/agents/{agentId}/coverage/{year}/{month}';
export type Coverage = Data<'GET', typeof PATH>;

export interface Coverages {
  /** Which hours of a month a meter covered, by product. */
  get(agentId: string, month: Month, options?: CallOptions): Promise<Coverage>;
}

export function createCoverages(send: Send): Coverages {
  return {
    async get(agentId, month, options) {
      const { data } = await send('GET', PATH, { ...options, path: { agentId, ...monthPath(month) } });
      return data as Coverage;
    },
  };
}
