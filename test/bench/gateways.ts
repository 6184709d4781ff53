// Sets our way to call models beside Portkey's gateway: the same simulator, the same faults, in one run on one machine.
import { row } from './measure.ts'
import { ours } from './gateways/ours.ts'
import { portkey } from './gateways/portkey.ts'
import { atLimit, warmed, whenBroken, whenDown } from './gateways/scenes.ts'
import type { Contender, Figure } from './gateways/scenes.ts'

const SCENES: readonly ((contender: Contender) => Promise<Figure>)[] = [
  atLimit, whenDown,
  async (contender) => whenBroken(contender, 'cut'),
  async (contender) => whenBroken(contender, 'end'),
  async (contender) => whenBroken(contender, 'stall'),
]

const other = await portkey(process.env.PORTKEY_GATEWAY)
if (typeof other === 'string') process.stdout.write(`Portkey's gateway is left out: ${other}\n`)
process.stdout.write(`node ${process.version}, ${process.platform}; loopback, Chat Completions, streamed\n\n`)
const contenders = [ours(), ...(typeof other === 'string' ? [] : [other])]
process.stdout.write(row(['what', ...contenders.map(({ name }) => name)]))
try {
  for (const contender of contenders) await warmed(contender)
  for (const scene of SCENES) {
    const figures: Figure[] = []
    for (const contender of contenders) figures.push(await scene(contender))
    process.stdout.write(row([figures[0]?.what ?? '', ...figures.map(({ found }) => found)]))
  }
} finally {
  if (typeof other !== 'string') other.close()
}
process.exit()
