import type { Socket } from 'node:net';
import { Problem, type ProblemCode } from '@meterhouse/contract';
import type { ConnectionError } from 'fastify';
import { problemDocument } from './problem-answer.ts';

const codes: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};
const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers what never became a request: garbage, headers too large, headers too slow. Then the connection ends. */
export function answerClientErrors(publicUrl: () => string) {
  return (error: ConnectionError, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const problem = new Problem(codes[error.code] ?? 'malformed-request');
    const body = JSON.stringify(problemDocument(problem, publicUrl()));
    const head = [
      `HTTP/1.1 ${problem.statusCode} ${reasons[problem.statusCode]}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
    ];
    if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroySoon();
  };
}
