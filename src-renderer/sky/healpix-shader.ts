import type { SkyNorm, SkyProjection } from './types.ts'

/**
 * Shaders of the sky map: one triangle over the canvas, and for every fragment the way back from the picture to the
 * map: inverse projection, rotation, HEALPix pixel (RING), value, colour. The map is sharp at any zoom because nothing
 * is resampled, and limits and colours are uniforms, so that changing them uploads nothing.
 */
export const vertexShader = `#version 300 es
void main() {
  // (-1,-1), (3,-1), (-1,3): covers the clip square with one triangle.
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  gl_Position = vec4(corner, 0.0, 1.0);
}`

/** Numbers of the norms and projections in the uniforms. */
const normNumber = {
  linear: 0,
  log: 1,
  symlog: 2,
  asinh: 3,
  sqrt: 4,
  equalised: 5,
} as const
export const projectionNumber = {
  mollweide: 0,
  orthographic: 1,
  gnomonic: 2,
  'plate-carree': 3,
} as const

/**
 * GLSL only promises atan and sin to a few thousand units in the last place, and some drivers use that freedom
 * (1e-5 rad, 8 % of a pixel at NSIDE 8192). These polynomials (Cephes, single precision) keep 2e-7 rad everywhere.
 */
const trigonometry = `
const float PI = 3.14159265358979;

// Angle of (x, y) in quarter turns, 0 to 4: exact on the axes, where HEALPix faces meet.
float quarterTurns(float y, float x) {
  float ax = abs(x), ay = abs(y);
  float largest = max(ax, ay);
  if (largest == 0.0) return 0.0;
  float t = min(ax, ay) / largest;
  float base = 0.0;
  if (t > 0.414213562) { base = 0.785398163397; t = (t - 1.0) / (t + 1.0); }
  float s = t * t;
  float angle = base + ((((8.05374449538e-2 * s - 1.38776856032e-1) * s + 1.99777106478e-1) * s
    - 3.33329491539e-1) * s * t + t);
  float quarters = angle * 0.636619772368;
  if (ay > ax) quarters = 1.0 - quarters;
  if (x < 0.0) quarters = 2.0 - quarters;
  if (y < 0.0) quarters = 4.0 - quarters;
  return quarters >= 4.0 ? 0.0 : quarters;
}

vec2 cosSin(float angle) {
  float turns = floor(angle * 0.636619772368 + 0.5);
  // pi/2 in two parts, so that the reduction is exact for a few turns.
  float x = (angle - turns * 1.5703125) - turns * 4.83826794897e-4;
  float s = x * x;
  float sine = ((-1.9515295891e-4 * s + 8.3321608736e-3) * s - 1.6666654611e-1) * s * x + x;
  float cosine = ((2.443315711809948e-5 * s - 1.388731625493765e-3) * s + 4.166664568298827e-2) * s * s
    - 0.5 * s + 1.0;
  int quadrant = int(turns) & 3;
  if (quadrant == 0) return vec2(cosine, sine);
  if (quadrant == 1) return vec2(-sine, cosine);
  if (quadrant == 2) return vec2(-cosine, -sine);
  return vec2(sine, -cosine);
}`

/** Needs u_projection. */
const projections = `
// Direction in the frame of the picture: x toward the viewer, y to the left, z up. False outside the map.
bool unproject(vec2 plane, out vec3 direction) {
  if (u_projection == 1) {
    float rest = 1.0 - dot(plane, plane);
    if (rest < 0.0) return false;
    direction = vec3(sqrt(rest), -plane.x, plane.y);
    return true;
  }
  if (u_projection == 2) {
    direction = normalize(vec3(1.0, -plane.x, plane.y));
    return true;
  }
  if (u_projection == 3) {
    if (abs(plane.x) > 2.0 || abs(plane.y) > 1.0) return false;
    vec2 latitude = cosSin(0.5 * PI * plane.y);
    direction = vec3(latitude.x * cosSin(-0.5 * PI * plane.x), latitude.y);
    return true;
  }
  float y = plane.y;
  if (abs(y) > 1.0) return false;
  float c = sqrt((1.0 - y) * (1.0 + y));
  if (abs(plane.x) > 2.0 * c) return false;
  // Mollweide: sin(t) = y, pi sin(latitude) = 2t + sin 2t, longitude = -pi x / (2 cos t).
  // From the pole, p = pi/2 - |t|, so that 1 - |sin(latitude)| keeps its digits where it is small.
  float p = quarterTurns(c, abs(y)) * 0.5 * PI;
  float q = p * p;
  float deficit = p < 0.3
    ? p * q * (4.0 / 3.0 - q * (4.0 / 15.0 - q * (8.0 / 315.0 - q * (4.0 / 2835.0)))) / PI
    : (2.0 * p - 2.0 * abs(y) * c) / PI;
  float sine = 1.0 - deficit;
  float cosine = sqrt(max(deficit * (2.0 - deficit), 0.0));
  float longitude = c > 0.0 ? clamp(-0.5 * PI * plane.x / c, -PI, PI) : 0.0;
  direction = vec3(cosine * cosSin(longitude), y < 0.0 ? -sine : sine);
  return true;
}`

const healpix = `
// RING pixel of a direction: Gorski et al. 2005, equations 19 to 22, as shared/healpix.
int ringPixel(vec3 v, int nside) {
  float n = float(nside);
  float longitude = quarterTurns(v.y, v.x);
  float z = v.z;
  float absZ = abs(z);
  if (absZ <= 2.0 / 3.0) {
    float level = n * (0.5 + longitude);
    float slope = n * z * 0.75;
    int rising = int(floor(level - slope));
    int falling = int(floor(level + slope));
    int ring = nside + 1 + rising - falling;
    int shift = (ring & 1) == 0 ? 1 : 0;
    // Shifted to be positive, so that the division rounds down.
    int index = ((rising + falling - nside + shift + 1 + 8 * nside) >> 1) % (4 * nside);
    return 2 * nside * (nside - 1) + (ring - 1) * 4 * nside + index;
  }
  float inQuadrant = longitude - floor(longitude);
  // sin(theta) from the vector: 1 - |z| has no digits left near the poles.
  float height = n * length(v.xy) * sqrt(3.0 / (1.0 + absZ));
  int rising = int(floor(inQuadrant * height));
  int falling = int(floor((1.0 - inQuadrant) * height));
  int ring = min(rising + falling + 1, nside);
  int index = min(int(floor(longitude * float(ring))), 4 * ring - 1);
  return z > 0.0
    ? 2 * ring * (ring - 1) + index
    : 12 * nside * nside - 2 * ring * (ring + 1) + index;
}`

/** How much of a highlighted pixel has the colour of the highlight: at the least and at full strength. */
export const markLeast = 0.25
export const markMost = 0.75

/** From the picture to a pixel of the sky; needs u_projection. */
export const skyFunctions = `${trigonometry}
${projections}
${healpix}`

const colours = `
// The norms of shared/sky, up to a scale and an offset that cancel.
float stretch(float value) {
  if (NORM == 1) return log2(value);
  if (NORM == 2) {
    float size = abs(value) / u_linearWidth;
    return sign(value) * (size <= 1.0 ? size / 0.9 : 1.0 / 0.9 + log2(size) * 0.301029995664);
  }
  if (NORM == 3) {
    float size = abs(value) / u_linearWidth;
    return sign(value) * log2(size + sqrt(size * size + 1.0));
  }
  return value;
}

// Colour number 0 to 255 of a finite value.
int colourNumber(float value) {
  if (NORM == 5) {
    int low = 0, high = 256;
    for (int step = 0; step < 8; step++) {
      int middle = (low + high) >> 1;
      if (value >= texelFetch(u_edges, ivec2(middle, 0), 0).r) low = middle; else high = middle;
    }
    return low;
  }
  if (value <= u_limits.x) return 0;
  if (value >= u_limits.y) return 255;
  float low = stretch(u_limits.x);
  float position = (stretch(value) - low) / (stretch(u_limits.y) - low);
  if (NORM == 4) position = sqrt(max(position, 0.0));
  return clamp(int(floor(position * 256.0)), 0, 255);
}

vec4 colourAt(vec2 plane) {
  vec3 native;
  if (!unproject(plane, native)) return vec4(0.0);
  vec3 direction = u_rotation * native;
  int pixel = ringPixel(direction, u_nside);
  uint bits = texelFetch(u_pixels, ivec2(pixel % u_width, pixel / u_width), 0).r;
  float value = uintBitsToFloat(bits);
  // Infinities and NaN by their bits, because isnan may be optimised away; and UNSEEN (-1.6375e30).
  bool bad = (bits & 0x7f800000u) == 0x7f800000u || abs(value + 1.6375e30) < 1e25;
  vec3 shown = bad ? u_bad : texelFetch(u_colours, ivec2(colourNumber(value), 0), 0).rgb;
  if (HAS_MARKS) {
    int marked = ringPixel(direction, u_markNside);
    uint strength = texelFetch(u_marks, ivec2(marked % u_markWidth, marked / u_markWidth), 0).r;
    if (strength > 0u) shown = mix(shown, u_markColour, ${markLeast} + ${markMost - markLeast} * float(strength) / 255.0);
  }
  if (HAS_MASK) {
    int covered = ringPixel(direction, u_maskNside);
    if (texelFetch(u_mask, ivec2(covered % u_maskWidth, covered / u_maskWidth), 0).r == 0u) {
      // A veil with a hatching: what lies below can still be told.
      float stripe = fract((gl_FragCoord.x + gl_FragCoord.y) / (7.0 * u_pixelRatio));
      shown = mix(shown, u_bad, 0.6);
      if (stripe < 0.2) shown = mix(shown, u_maskColour, 0.55);
    }
  }
  return vec4(shown, 1.0);
}`

/** What the shader is made for. */
export interface MapShaderChoice {
  readonly projection: SkyProjection
  readonly norm: SkyNorm
  readonly hasMarks: boolean
  readonly hasMask: boolean
  readonly hasLines: boolean
}

/**
 * The map's fragment shader for one choice. Choices are constants in it and no uniforms: where the processor draws, every branch is worked
 * out in every pixel, which takes more than twice as long.
 */
export const fragmentShader = (choice: MapShaderChoice) => `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
precision highp sampler2D;
uniform usampler2D u_pixels;
uniform sampler2D u_colours;
uniform sampler2D u_edges;
uniform usampler2D u_marks;
uniform int u_markNside;
uniform int u_markWidth;
uniform vec3 u_markColour;
uniform usampler2D u_mask;
uniform int u_maskNside;
uniform int u_maskWidth;
uniform vec3 u_maskColour;
uniform sampler2D u_lines;
uniform vec2 u_linesSize;
uniform float u_pixelRatio;
uniform int u_samples;
uniform int u_nside;
uniform int u_width;
const int u_projection = ${projectionNumber[choice.projection]};
const int NORM = ${normNumber[choice.norm]};
const bool HAS_MARKS = ${choice.hasMarks};
const bool HAS_MASK = ${choice.hasMask};
const bool HAS_LINES = ${choice.hasLines};
uniform float u_linearWidth;
uniform vec2 u_limits;
uniform vec3 u_bad;
uniform mat3 u_rotation;
uniform vec2 u_centre;
uniform vec2 u_pan;
uniform float u_unitPerPixel;
out vec4 colour;
${skyFunctions}
${colours}
void main() {
  vec4 sum = vec4(0.0);
  // Four samples on a rotated grid: map pixels smaller than a screen pixel average instead of flickering. One lies in the middle.
  for (int sampleNumber = 0; sampleNumber < u_samples; sampleNumber++) {
    vec2 offset = u_samples == 1 ? vec2(0.0)
      : sampleNumber == 0 ? vec2(-0.125, -0.375) : sampleNumber == 1 ? vec2(0.375, -0.125)
      : sampleNumber == 2 ? vec2(0.125, 0.375) : vec2(-0.375, 0.125);
    sum += colourAt((gl_FragCoord.xy + offset - u_centre) * u_unitPerPixel + u_pan);
  }
  colour = sum / float(u_samples);
  if (HAS_LINES) {
    // Lines of the polarisation: darker and lighter than the map, 0.5 leaves it as it is.
    float line = 2.0 * texture(u_lines, gl_FragCoord.xy / u_linesSize).r - 1.0;
    colour.rgb = line < 0.0 ? colour.rgb * (1.0 + 0.75 * line) : mix(colour.rgb, vec3(colour.a), 0.5 * line);
  }
}`
