import type { SimAnswer, SimRequest } from '../simulator/answer.ts'
import { startSimulator } from '../simulator/simulator.ts'
import type { Simulator } from '../simulator/simulator.ts'
import { repositoryWith } from './program.ts'

export interface Scene {
  readonly folder: string
  readonly simulator: Simulator
}

/** What the provider of a scene needs in the environment. */
export const SCENE_ENV = { SIM_KEY: 'canary-key-5520' }

/** A repository with this pipeline as `p.yml`, whose provider `sim` has the models `m` and `n`, and answers as told. */
export async function sceneOf(text: string, answer: (request: SimRequest) => SimAnswer | Promise<SimAnswer>, files: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const simulator = await startSimulator({ answer })
  const prices = '{ m: { input: 3, output: 15 }, n: { input: 3, output: 15 } }'
  const provider = `providers: { sim: { type: anthropic, base_url: ${simulator.baseUrl.messages}, api_key_env: SIM_KEY, prices: ${prices} } }\n`
  return { simulator, folder: repositoryWith({ 'a.txt': 'a\n', 'p.yml': provider + text, ...files }) }
}
