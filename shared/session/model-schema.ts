import { z } from 'zod'
import { FormulaError, formulaModel, kindOfFormula } from '../fields/formula/index.ts'
import { unitNames } from '../fields/graph/index.ts'

const triple = z.tuple([z.number().finite(), z.number().finite(), z.number().finite()])

export const parametersSchema = z
  .record(z.string(), z.union([z.number().finite(), triple]))
  .default({})

/** An expression; YAML reads a bare 0 as a number. */
const text = z.union([z.string(), z.number().finite()]).transform(String)

const parameterSchema = z.strictObject({
  value: z.number().finite(),
  unit: z.enum(unitNames).default('dimensionless'),
  /** Default: no limits. */
  bounds: z.tuple([z.number().finite(), z.number().finite()]).optional(),
  description: z.string().max(200).default(''),
})

/**
 * A field given by expressions of x, y, z, r, phi, rho, theta, of its own parameters and of intermediate definitions. Components
 * that are left out are zero. Every text is read, and its units checked, here.
 */
export const formulaSchema = z
  .strictObject({
    B_x: text.optional(),
    B_y: text.optional(),
    B_z: text.optional(),
    B_r: text.optional(),
    B_phi: text.optional(),
    n_e: text.optional(),
    C: text.optional(),
    b_rms: text.optional(),
    definitions: z.record(z.string(), text).default({}),
    parameters: z.record(z.string(), parameterSchema).default({}),
  })
  .superRefine((formula, context) => {
    try {
      formulaModel(kindOfFormula(formula) ?? 'magnetic', formula)
    } catch (error) {
      if (!(error instanceof FormulaError)) throw error
      context.addIssue({ code: 'custom', path: [...error.path], message: error.message })
    }
  })

/** Of a member of a sum or mixture. */
const memberKeys = {
  name: z.string().optional(),
  model: z.string(),
  variant: z.string().optional(),
  parameters: parametersSchema,
  formula: formulaSchema.optional(),
  scale: z.number().finite().optional(),
  weight: z.number().finite().positive().optional(),
}

function listOf<Member extends z.ZodType>(member: Member) {
  return z.array(member).min(1).max(20).optional()
}

/** What a model named `formula`, `sum` or `mixture` is made from. */
export const definitionKeys = {
  formula: formulaSchema.optional(),
  // Members may be sums or mixtures themselves, of models or formulas.
  of: listOf(z.strictObject({ ...memberKeys, of: listOf(z.strictObject(memberKeys)) })),
}

/** A model by name with its parameters. */
export const modelChoiceSchema = z.strictObject({
  model: z.string(),
  variant: z.string().optional(),
  parameters: parametersSchema,
  ...definitionKeys,
})
