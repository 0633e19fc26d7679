// Decides one simulation per line of standard input, and writes one answer per line of standard output.

import { createInterface } from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

/** The Sids of the statements that apply, of an analysis of one layer or one level. */
function applied(analysis) {
  if (!analysis) return []
  const statements = [...(analysis.allowStatements ?? []), ...(analysis.denyStatements ?? [])]
  const here = statements.filter((statement) => statement.explain.matches).map((statement) => statement.statement.sid())
  return [...here, ...(analysis.ouAnalysis ?? []).flatMap(applied)].filter((sid) => sid !== undefined)
}

async function answer(simulation) {
  const response = await runSimulation(simulation, {})
  if (response.resultType !== 'single') return { error: response.errors ?? response.resultType }
  const { analysis, ignoredContextKeys } = response.result
  if (ignoredContextKeys.length > 0) return { error: { ignoredContextKeys } }
  const layers = [
    analysis.identityAnalysis,
    analysis.sessionAnalysis,
    analysis.permissionBoundaryAnalysis,
    analysis.scpAnalysis,
    analysis.rcpAnalysis,
    analysis.endpointAnalysis,
    analysis.resourceAnalysis
  ]
  return {
    result: response.overallResult,
    blockedBy: analysis.blockedBy ?? [],
    applied: layers.flatMap(applied)
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n')
}
