import { PC_PER_KPC } from '#shared/physics/constants.ts'
import { f32 } from '../kernel.ts'
import type { Binding } from '../kernel.ts'
import { ROTATION, cotangentWords } from '../settings.ts'
import type { KernelSettings } from '../settings.ts'
import { commonWgsl, rayBindings } from './common.ts'
import { mediumWgsl } from './medium.ts'

/**
 * Bindings of the adjoint kernel: `cotangents` is [ray][words]; `records` takes what each crossing gives to the eight
 * corners of its cell, [slot][corner][channel], the slots being sorted by cell.
 */
export function adjointBindings(settings: KernelSettings): Binding[] {
  return [
    ...rayBindings(settings),
    { name: 'cotangents', type: 'array<f32>', access: 'read' },
    { name: 'records', type: 'array<f32>', access: 'read_write' },
  ]
}

/**
 * One invocation per ray. It walks backward with the sum of what all later nodes feel of a change of the depth in front of
 * them, so that nothing but the depth of the whole ray must be known first.
 */
export function adjointWgsl(settings: KernelSettings): string {
  const { rotation, depth, column, electronTemperatureK, electronGrid, cosmicRayGrid } = settings
  const { intensity, polarised } = settings
  const freeFree = electronTemperatureK !== undefined
  const emission = intensity || polarised
  const turned = rotation || depth
  const words = cotangentWords(settings)
  return /* wgsl */ `
${commonWgsl(settings)}
${mediumWgsl(settings, false)}

var<private> y: u32;

// Sums over the nodes of a crossing of the derivative times 1, xi, xi^2, xi^3.
${moments.map((k) => `var<private> moment${k}: vec4f;`).join('\n')}
${cosmicRayGrid ? moments.map((k) => `var<private> scalarMoment${k}: f32;`).join('\n') : ''}

${scatterWgsl(settings)}

fn element(index: u32) {
  if (index >= chunk.rays) { return; }
  ray = rays[index];
  y = (chunk.firstRay + index) * ${words.words}u;
  ${rotation ? 'var phase = Depth(0, 0);' : ''}
  ${freeFree ? 'var passed = 0f;' : ''}
  ${
    rotation || freeFree
      ? `for (var c = ray.first; c < ray.first + ray.count; c++) {
    openCrossing(c);
    evaluatePart(0, 1);
    let parts = partCount();
    for (var part = 0u; part < parts; part++) {
      if (parts > 1) { evaluatePart(part, parts); }
      ${rotation ? 'phase = deeper(phase, over(rotation));' : ''}
      ${freeFree ? 'passed += over(squares);' : ''}
    }
  }`
      : ''
  }
  // Derivatives with respect to the depth and the integral of n_e^2 of all that lies behind.
  ${turned ? `var behind = ${depth ? `cotangents[y + ${words.depth}u]` : '0f'};` : ''}
  ${
    freeFree
      ? `var behindPassed = 0f;
  ${
    intensity
      ? `for (var f = 0u; f < F; f++) {
    behindPassed += cotangents[y + f] * bitcast<f32>(frequency[f].w) * opacity(f) * exp(-opacity(f) * passed);
  }`
      : ''
  }`
      : ''
  }
  for (var back = 0u; back < ray.count; back++) {
    openCrossing(ray.first + ray.count - 1 - back);
    evaluatePart(0, 1);
    let parts = partCount();
    ${moments.map((k) => `moment${k} = vec4f();`).join(' ')}
    ${cosmicRayGrid ? moments.map((k) => `scalarMoment${k} = 0;`).join(' ') : ''}
    for (var part = parts; part > 0; part--) {
      if (parts > 1) { evaluatePart(part - 1, parts); }
      ${rotation ? 'phase = deeper(phase, -over(rotation));' : ''}
      ${freeFree ? 'passed -= over(squares);' : ''}
      ${emission ? seenWgsl(settings) : ''}
      for (var j = 0u; j < N; j++) {
        ${emission ? emissionDerivativeWgsl(settings) : 'var derivative = vec4f();'}
        ${
          turned
            ? `var ofRotation = WEIGHT[j] * behind;
        ${rotation ? 'for (var i = 0u; i < N; i++) { ofRotation += PARTIAL[i][j] * ofDepth[i]; }' : ''}
        let perKpc = ${f32(ROTATION)} * partKpc * ofRotation;
        derivative -= vec4f(perKpc * thermal[j] * ray.direction, 0);`
            : ''
        }
        ${electronGrid && turned ? 'derivative.w += perKpc * along[j];' : ''}
        ${
          freeFree && electronGrid
            ? `var ofSquares = WEIGHT[j] * behindPassed;
        for (var i = 0u; i < N; i++) { ofSquares += PARTIAL[i][j] * ofPassed[i]; }
        derivative.w += 2 * partKpc * thermal[j] * ofSquares;`
            : ''
        }
        ${
          electronGrid && column
            ? `derivative.w += ${f32(PC_PER_KPC)} * partKpc * WEIGHT[j] * cotangents[y + ${words.column}u];`
            : ''
        }
        let xi = nodeXi(j, part - 1, parts);
        ${momentWgsl('moment', 'derivative')}
        ${cosmicRayGrid ? momentWgsl('scalarMoment', 'ofCosmic') : ''}
      }
      ${rotation ? 'for (var i = 0u; i < N; i++) { behind += ofDepth[i]; }' : ''}
      ${freeFree ? 'for (var i = 0u; i < N; i++) { behindPassed += ofPassed[i]; }' : ''}
    }
    scatter();
  }
}
`
}

const moments = [0, 1, 2, 3]

/** Adds a derivative at xi to its moments. */
function momentWgsl(name: string, value: string): string {
  return /* wgsl */ `
        ${name}0 += ${value};
        ${name}1 += xi * ${value};
        ${name}2 += (xi * xi) * ${value};
        ${name}3 += (xi * xi * xi) * ${value};`
}

/** For every node of a part: the derivatives with respect to its emission and to the depths in front of it. */
function seenWgsl(settings: KernelSettings): string {
  const { intensity, polarised, rotation, electronTemperatureK } = settings
  const freeFree = electronTemperatureK !== undefined
  const words = cotangentWords(settings)
  const perFrequency = polarised || freeFree
  return /* wgsl */ `
      ${intensity ? 'var ofTotal: array<f32, N>;' : ''}
      ${polarised ? 'var ofCos: array<f32, N>;\n      var ofSin: array<f32, N>;' : ''}
      ${rotation ? 'var ofDepth: array<f32, N>;' : ''}
      ${freeFree ? 'var ofPassed: array<f32, N>;' : ''}
      for (var i = 0u; i < N; i++) {
        // Not left to the declaration: SwiftShader sets a variable in a loop to zero the first time only.
        ${intensity ? `ofTotal[i] = ${freeFree ? '0' : 'cotangents[y]'};` : ''}
        ${polarised ? 'ofCos[i] = 0;\n        ofSin[i] = 0;' : ''}
        ${rotation ? 'ofDepth[i] = 0;' : ''}
        ${freeFree ? 'ofPassed[i] = 0;' : ''}
        ${
          rotation || freeFree
            ? `${rotation ? 'let depthTo = overTo(i, rotation);' : ''}
        ${freeFree ? 'let passedTo = passed + overTo(i, squares);' : ''}`
            : ''
        }
        ${
          rotation || freeFree
            ? `let square = north[i] * north[i] + east[i] * east[i];
        let weight = partKpc * WEIGHT[i] * cosmic[i] * reducedPower(square);
        ${polarised ? 'let emitted = weight * vec2f(east[i] * east[i] - north[i] * north[i], -2 * north[i] * east[i]);' : ''}`
            : ''
        }
        ${
          perFrequency
            ? `for (var f = 0u; f < F; f++) {
          ${freeFree ? 'let left = exp(-opacity(f) * passedTo);' : ''}
          ${
            intensity && freeFree
              ? `let ofSeen = left * cotangents[y + f];
          ofTotal[i] += ofSeen;
          ofPassed[i] -= opacity(f) * ofSeen * weight * square;`
              : ''
          }
          ${polarised ? polarisedWgsl(rotation, freeFree, words.polarised) : ''}
        }`
            : ''
        }
      }`
}

function polarisedWgsl(rotation: boolean, freeFree: boolean, word: number): string {
  return /* wgsl */ `
          let ofQ = cotangents[y + ${word}u + 2 * f];
          let ofU = cotangents[y + ${word + 1}u + 2 * f];
          ${
            rotation
              ? `let turns = turnsAt(phase, f) + turnsPerDepth(f) * depthTo;
          let angle = ${freeFree ? 'left * ' : ''}cosSin(turns - round(turns));`
              : `let angle = vec2f(${freeFree ? 'left' : '1'}, 0);`
          }
          let back = vec2f(ofQ * angle.x + ofU * angle.y, ofU * angle.x - ofQ * angle.y);
          ofCos[i] += back.x;
          ofSin[i] += back.y;
          ${
            rotation
              ? `ofDepth[i] += ${f32(2 * Math.PI)} * turnsPerDepth(f) * (back.y * emitted.x - back.x * emitted.y);`
              : ''
          }
          ${freeFree ? 'ofPassed[i] -= opacity(f) * dot(back, emitted);' : ''}`
}

/** `derivative` with respect to B (and 0 for n_e), and `ofCosmic`, from the emission at node j. */
function emissionDerivativeWgsl({ intensity, polarised, cosmicRayGrid }: KernelSettings): string {
  return /* wgsl */ `
        let square = north[j] * north[j] + east[j] * east[j];
        let power = reducedPower(square);
        let weight = partKpc * WEIGHT[j] * cosmic[j] * power;
        ${
          polarised
            ? `// of the emission without its weight, and that divided by b^2
        let aligned = ofCos[j] * (east[j] * east[j] - north[j] * north[j]) - 2 * ofSin[j] * north[j] * east[j];
        let relative = select(2 * POWER * aligned / square, 0, square < SMALLEST_SQUARE);`
            : ''
        }
        let both = ${[
          ...(intensity ? ['2 * (POWER + 1) * ofTotal[j]'] : []),
          ...(polarised ? ['relative'] : []),
        ].join(' + ')};
        let ofNorth = weight * (both * north[j]${polarised ? ' - 2 * (ofCos[j] * north[j] + ofSin[j] * east[j])' : ''});
        let ofEast = weight * (both * east[j]${polarised ? ' + 2 * (ofCos[j] * east[j] - ofSin[j] * north[j])' : ''});
        var derivative = vec4f(ofNorth * ray.north + ofEast * ray.east, 0);
        ${
          cosmicRayGrid
            ? `let ofCosmic = partKpc * WEIGHT[j] * power * (${[
                ...(intensity ? ['ofTotal[j] * square'] : []),
                ...(polarised ? ['aligned'] : []),
              ].join(' + ')});`
            : ''
        }`
}

/** From moments to the corners: the transpose of making a cubic, written out so that nothing is indexed at run time. */
function scatterWgsl(settings: KernelSettings): string {
  const { electronGrid, cosmicRayGrid, channels } = settings
  const lanes = (axis: string): string =>
    electronGrid
      ? `let e${axis} = vec4f(entry.${axis}, entry.${axis}, entry.${axis}, heldEntry.${axis});
  let s${axis} = vec4f(span.${axis}, span.${axis}, span.${axis}, heldSpan.${axis});`
      : `let e${axis} = vec4f(entry.${axis});
  let s${axis} = vec4f(span.${axis});`
  const components = ['x', 'y', 'z', ...(electronGrid ? ['w'] : [])]
  return /* wgsl */ `
fn scatter() {
  let to = cells[crossing].y * ${8 * channels}u;
  ${['x', 'y', 'z'].map(lanes).join('\n  ')}
  ${splitWgsl('moment', ['ex', 'ey', 'ez'], ['sx', 'sy', 'sz'], (corner, value) =>
    components.map((c, n) => `records[to + ${corner * channels + n}u] = ${value}.${c};`),
  )}
  ${
    cosmicRayGrid
      ? splitWgsl(
          'scalarMoment',
          ['heldEntry.x', 'heldEntry.y', 'heldEntry.z'],
          ['heldSpan.x', 'heldSpan.y', 'heldSpan.z'],
          (corner, value) => [`records[to + ${(corner + 1) * channels - 1}u] = ${value};`],
        )
      : ''
  }
}`
}

/**
 * The corners' shares of the moments `m`0..3 for an entry e and a span s per axis: along z, then y, then x, what is
 * farther along the axis gets e m_k + s m_(k+1), and what is nearer the rest.
 */
function splitWgsl(
  m: string,
  e: readonly string[],
  s: readonly string[],
  store: (corner: number, value: string) => string[],
): string {
  const lines: string[] = []
  const split = (moments: readonly string[], axis: number, corner: number): void => {
    if (axis < 0) {
      lines.push(...store(corner, moments[0]))
      return
    }
    const name = `${m}${'XYZ'.charAt(axis)}${corner}`
    const far = moments.slice(1).map((next, k) => {
      lines.push(`let ${name}F${k} = ${e[axis]} * ${moments[k]} + ${s[axis]} * ${next};`)
      return `${name}F${k}`
    })
    const near = far.map((value, k) => {
      lines.push(`let ${name}N${k} = ${moments[k]} - ${value};`)
      return `${name}N${k}`
    })
    const bit = 4 >> axis
    split(near, axis - 1, corner)
    split(far, axis - 1, corner + bit)
  }
  split(
    [0, 1, 2, 3].map((k) => `${m}${k}`),
    2,
    0,
  )
  return lines.join('\n  ')
}
