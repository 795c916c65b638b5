import type { Row } from '../work.ts'
import { judged } from './judged.ts'

export const rows: readonly Row[] = [...judged]
