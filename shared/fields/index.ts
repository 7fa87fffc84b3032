export * from './bind.ts'
export * from './registry.ts'
export * from './types.ts'
