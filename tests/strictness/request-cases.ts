import type { RequestCase } from './case.ts'
import { bodyCases } from './request-body-cases.ts'
import { headCases } from './request-head-cases.ts'

/** The request side of the suite. */
export const requestCases: readonly RequestCase[] = [...headCases, ...bodyCases]
