/** Transpositions: kernels against the reference, gradients by differences. */

import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'

testCases(cases)
