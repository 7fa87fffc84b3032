/** Compiled models: values, derivatives and discontinuities from the expression of a model. */
import type { Vector3 } from '../physics/vector.ts'
import type {
  Condition,
  Expression,
  PointFunction,
  Program,
  ProgramFactory,
  Scalar,
} from './graph/index.ts'
import {
  compile,
  constant,
  derivatives,
  input,
  isScalar,
  mul,
  programOf,
  sin,
  sub,
  unitNamed,
} from './graph/index.ts'
import { isSmoothed } from './jump.ts'
import type { FieldContext, FieldModel, ModelInputs, ResolvedModel } from './types.ts'

const kpcDimension = unitNamed('kpc').dimension
const axes = [0, 1, 2] as const
type Axis = (typeof axes)[number]

/** One number among the parameters of a model: a parameter, or one component of a vector. */
export interface ParameterComponent {
  name: string
  component?: Axis
}

function inputName({ name, component }: ParameterComponent): string {
  return component === undefined ? name : `${name}[${component}]`
}

const observerInputs = axes.map((axis) => `observer[${axis}]`)

/** The expression of a model, one scalar per component, and the inputs it is made of beside the position. */
interface ModelExpression {
  readonly outputs: readonly Scalar[]
  readonly inputs: readonly string[]
}

function build(model: FieldModel, variant: string | undefined, smoothed: boolean): ModelExpression {
  const inputs = [...observerInputs]
  const parameter = (name: string, component?: Axis): Scalar => {
    const spec = model.parameters.find((candidate) => candidate.name === name)
    if (!spec) throw new TypeError(`Model ${model.name} has no parameter ${name}.`)
    const { dimension, factor } = unitNamed(spec.unit)
    const own = inputName({ name, component })
    if (!inputs.includes(own)) inputs.push(own)
    return mul(input(own, dimension), constant(factor))
  }
  const [x, y, z] = ['x', 'y', 'z'].map((name) => input(name, kpcDimension))
  const [ox, oy, oz] = observerInputs.map((name) => input(name, kpcDimension))
  const symbols: ModelInputs = {
    position: [x, y, z],
    observer: [ox, oy, oz],
    variant,
    smoothed,
    scalar: (name) => parameter(name),
    vector: (name) => [parameter(name, 0), parameter(name, 1), parameter(name, 2)],
  }
  const value = model.expression(symbols)
  return { outputs: 'type' in value ? [value] : value, inputs }
}

/** Everything made from one model and variant, once. */
class CompiledModel {
  readonly expression: ModelExpression
  readonly #programs = new Map<string, Program>()
  #levels: readonly Scalar[] | undefined

  constructor(model: FieldModel, variant: string | undefined, smoothed: boolean) {
    this.expression = build(model, variant, smoothed)
  }

  values(): Program {
    return this.#program('', () => this.expression.outputs)
  }

  /** Derivatives with respect to each of some parameters, [parameter][component]. */
  derivatives(of: readonly ParameterComponent[]): Program {
    const names = of.map(inputName)
    return this.#program(names.join(), () =>
      names.flatMap((name) => derivatives(this.expression.outputs, name)),
    )
  }

  /** Expressions that change sign where the model, or one of its derivatives, may jump. */
  levels(): readonly Scalar[] {
    this.#levels ??= levelsOf(this.expression.outputs)
    return this.#levels
  }

  levelProgram(): Program {
    return this.#program('levels', () => this.levels())
  }

  /** Of one of the levels: a fraction of the work of all. */
  oneLevelProgram(index: number): Program {
    return this.#program(`level ${index}`, () => [this.levels()[index]])
  }

  #program(key: string, outputs: () => readonly Scalar[]): Program {
    let program = this.#programs.get(key)
    if (!program) {
      program = programOf(outputs())
      this.#programs.set(key, program)
    }
    return program
  }
}

/** By variant, and whether jumps have a width. */
const compiled = new WeakMap<FieldModel, Map<string, CompiledModel>>()

export function compiledModel({ model, variant, parameters }: ResolvedModel): CompiledModel {
  let made = compiled.get(model)
  if (!made) {
    made = new Map()
    compiled.set(model, made)
  }
  const smoothed = isSmoothed(parameters)
  const key = `${variant} ${smoothed}`
  let found = made.get(key)
  if (!found) {
    found = new CompiledModel(model, variant, smoothed)
    made.set(key, found)
  }
  return found
}

const factories = new WeakMap<Program, ProgramFactory>()

/** A program of a model with the parameters and the observer of a resolved model. */
export function withInputs(
  resolved: ResolvedModel,
  program: Program,
  context: FieldContext,
): PointFunction {
  let factory = factories.get(program)
  if (!factory) {
    factory = compile(program, compiledModel(resolved).expression.inputs)
    factories.set(program, factory)
  }
  return factory(inputValues(resolved, context))
}

/** Values of the inputs of a model's programs, in the order of their names in its expression. */
export function inputValues(resolved: ResolvedModel, { observerKpc }: FieldContext): Float64Array {
  const { inputs } = compiledModel(resolved).expression
  return Float64Array.from(inputs, (name) => inputValue(resolved, name, observerKpc))
}

function inputValue({ parameters }: ResolvedModel, name: string, observer: Vector3): number {
  const [, base, component] = /^(.*?)(?:\[(\d)\])?$/.exec(name) ?? []
  const axis = axes.find((candidate) => String(candidate) === component)
  const value = base === 'observer' ? observer : parameters[base]
  const number = typeof value === 'number' || axis === undefined ? value : value?.[axis]
  if (typeof number !== 'number') throw new TypeError(`Parameter ${name} has no value.`)
  return number
}

/** Differences of what is compared, arguments of |x| and sign, and the jumps of floor: where an expression is not smooth. */
function levelsOf(outputs: readonly Scalar[]): Scalar[] {
  const levels = new Set<Scalar>()
  visit(outputs, (node) => {
    if (node.op === 'abs' || node.op === 'sign') {
      const [argument] = node.args
      if (isScalar(argument)) levels.add(argument)
    } else if (node.op === 'floor') {
      const [argument] = node.args
      // Changes sign at every whole number.
      if (isScalar(argument)) levels.add(sin(mul(Math.PI, argument)))
    } else if (node.op === 'min' || node.op === 'max') {
      addDifference(levels, node)
    } else if (node.op === 'less' || node.op === 'at-most') {
      addDifference(levels, node)
    }
  })
  return [...levels]
}

function addDifference(levels: Set<Scalar>, node: Expression): void {
  const [a, b] = node.args
  if (isScalar(a) && isScalar(b)) levels.add(sub(a, b))
}

function visit(roots: readonly Expression[], each: (node: Expression) => void): void {
  const seen = new Set<Expression>()
  const enter = (node: Expression): void => {
    if (seen.has(node)) return
    seen.add(node)
    node.args.forEach(enter)
    each(node)
  }
  roots.forEach(enter)
}

/** Whether a parameter shifts a surface on which the model jumps, so that its derivative has a part on that surface. */
export function movesSurface(resolved: ResolvedModel, parameter: ParameterComponent): boolean {
  const name = inputName(parameter)
  const conditions = new Set<Condition>()
  visit(compiledModel(resolved).expression.outputs, (node) => {
    if (node.type === 'condition' && node.name !== 'transition') conditions.add(node)
  })
  let moves = false
  visit([...conditions], (node) => {
    if (node.op === 'input' && node.name === name) moves = true
  })
  return moves
}
