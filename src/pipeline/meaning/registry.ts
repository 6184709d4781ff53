import type { Diagnostic } from '../../document/diagnostic.ts'
import type { Survey } from '../survey.ts'
import { agentMistakes } from './agents.ts'
import { checkMistakes } from './checks.ts'
import { deliverMistakes } from './deliver.ts'
import { durationMistakes } from './durations.ts'
import { environmentMistakes } from './environment.ts'
import { executorMistakes } from './executors.ts'
import { inputMistakes } from './inputs.ts'
import { limitMistakes } from './limits.ts'
import { matrixMistakes } from './matrix.ts'
import { mergeMistakes } from './merges.ts'
import { needsMistakes } from './needs.ts'
import { outputsMistakes } from './outputs.ts'
import { pathMistakes } from './paths.ts'
import { pipelineMistakes } from './pipelines.ts'
import { providerMistakes } from './providers.ts'
import { raceMistakes } from './races.ts'
import { referenceMistakes } from './references.ts'
import { routeMistakes } from './routes.ts'
import { shellMistakes } from './shell.ts'
import { tasksMistakes } from './tasks.ts'
import { teamMistakes } from './team.ts'
import { toolServerMistakes } from './tool-servers.ts'
import { unusedMistakes } from './unused.ts'

const MEANINGS: readonly ((survey: Survey) => Diagnostic[])[] = [
  needsMistakes,
  referenceMistakes,
  routeMistakes,
  agentMistakes,
  teamMistakes,
  raceMistakes,
  executorMistakes,
  toolServerMistakes,
  checkMistakes,
  providerMistakes,
  inputMistakes,
  matrixMistakes,
  durationMistakes,
  limitMistakes,
  outputsMistakes,
  pipelineMistakes,
  deliverMistakes,
  mergeMistakes,
  tasksMistakes,
  shellMistakes,
  environmentMistakes,
  pathMistakes,
  unusedMistakes,
]

/** Everything that a pipeline of the right form can still mean wrongly, but for its expressions. */
export function meaningMistakes(survey: Survey): Diagnostic[] {
  return MEANINGS.flatMap((mistakes) => mistakes(survey))
}
