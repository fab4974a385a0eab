import type { Context, Middleware } from '@microsoft/microsoft-graph-client';
import { IntegratorError } from '../../domain/errors.ts';
import { type CallPlan, GraphCall, type GraphRequest } from './call.ts';
import type { ChainLink } from './middleware.ts';

/** What goes through the SDK with a request: it hands options along untouched, by their class. */
export class Handed {
  readonly plan: CallPlan;
  /** Once the SDK has built the request. */
  call: GraphCall | undefined;
  /** What the chain threw: the SDK wraps what it catches and loses the cause. */
  failure: unknown;

  constructor(plan: CallPlan) {
    this.plan = plan;
  }
}

/** The SDK's only middleware: a request that it built goes through our own chain. */
export class IntoOurChain implements Middleware {
  readonly #chain: ChainLink;

  constructor(chain: ChainLink) {
    this.#chain = chain;
  }

  async execute(context: Context): Promise<void> {
    const handed = context.middlewareControl?.getMiddlewareOptions(Handed);
    if (!(handed instanceof Handed)) throw new IntegratorError('bug', 'a Graph request outside our client');
    try {
      handed.call = new GraphCall(handed.plan, requestIn(context));
      await this.#chain.handle(handed.call);
    } catch (error) {
      handed.failure = error;
      throw error;
    }
  }
}

function requestIn({ request, options }: Context): GraphRequest {
  const url = typeof request === 'string' ? request : request.url;
  const body: unknown = options?.body;
  return {
    method: (options?.method ?? 'GET').toUpperCase(),
    url,
    headers: headersIn(options?.headers ?? {}),
    ...(typeof body === 'string' ? { body } : {}),
  };
}

/** Without naming Node's own Headers, which loads the whole of fetch. */
function headersIn(given: NonNullable<NonNullable<Context['options']>['headers']>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Symbol.iterator in given ? given : Object.entries(given)) {
    if (name !== undefined) headers[name.toLowerCase()] = String(value);
  }
  return headers;
}
