import { testCases } from '../testing/suite.ts'
import { cases } from './cases.ts'

testCases(cases)
