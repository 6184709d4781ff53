import { isObject } from '../base/json.ts'
import type { JsonObject } from '../base/json.ts'
import type { Bound } from '../provider/clearance.ts'
import { countOver } from '../provider/count.ts'
import type { Endpoint } from './endpoint.ts'
import { sent } from './forward.ts'
import { onlyKeys } from './measure.ts'
import type { Tenancy } from './tenancy.ts'

/** How the vendor can be asked for the tokens of a program's request, where it can be. */
export function countingOf(tenancy: Tenancy, request: Request, { protocol, path }: Extract<Endpoint, { kind: 'call' }>, body: JsonObject): Pick<Bound, 'count'> {
  const { counting } = protocol
  if (counting === undefined) return {}
  const [address = '', query] = path.split('?')
  const asked = JSON.stringify(onlyKeys(body, counting.keys))
  return {
    count: async (signal) => countOver(tenancy.world.upstream, { signal }, async (wire) => {
      const response = await sent(tenancy, request, `${address}${counting.path}${query === undefined ? '' : `?${query}`}`, asked, wire)
      const answer: unknown = await response.json()
      return response.ok && isObject(answer) ? Number(answer['input_tokens']) : Number.NaN
    }),
  }
}
