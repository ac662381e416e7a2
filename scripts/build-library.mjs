// Builds dist/, which the command and the benchmarks run, unless it is up to date.
import { buildLibrary } from './setup.mjs'

buildLibrary()
