import { skyFunctions } from './healpix-shader.ts'

/**
 * Line integral convolution (Cabral and Leedom 1993, SIGGRAPH 93, 263) on the sphere itself: from the direction of every fragment
 * the path along the polarisation is followed both ways in small steps, and noise that is fixed to the sky is averaged along it.
 * So the lines are right in every projection, turn with the sky, and are as fine as the screen at any zoom.
 */
export const licShader = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
uniform sampler2D u_field;
uniform int u_fieldNside;
uniform int u_fieldWidth;
uniform bool u_across;
uniform float u_full;
uniform int u_steps;
uniform float u_step;
uniform float u_grain;
uniform int u_projection;
uniform mat3 u_rotation;
uniform vec2 u_centre;
uniform vec2 u_pan;
uniform float u_unitPerPixel;
out vec4 colour;
${skyFunctions}
// Stokes Q and U (IAU); both 0 where there are none.
vec2 stokes(vec3 v) {
  int pixel = ringPixel(v, u_fieldNside);
  return texelFetch(u_field, ivec2(pixel % u_fieldWidth, pixel / u_fieldWidth), 0).rg;
}

// Unit vector along the polarisation, or across it: its position angle is half that of (Q, U), from north through east.
vec3 heading(vec3 v, vec2 qu) {
  float twice = qu.x / length(qu);
  float northward = sqrt(max(0.5 + 0.5 * twice, 0.0));
  float eastward = sqrt(max(0.5 - 0.5 * twice, 0.0)) * (qu.y < 0.0 ? -1.0 : 1.0);
  float axis = length(v.xy);
  vec3 east = axis > 0.0 ? vec3(-v.y, v.x, 0.0) / axis : vec3(0.0, 1.0, 0.0);
  vec3 north = cross(v, east);
  return u_across ? northward * east - eastward * north : northward * north + eastward * east;
}

// White noise in small cubes of space, which the sphere cuts into grains. Hash: PCG3D (Jarzynski and Olano 2020, JCGT 9, 3, 20).
float noise(vec3 v) {
  uvec3 h = uvec3(ivec3(floor(v * u_grain))) * 1664525u + 1013904223u;
  h.x += h.y * h.z; h.y += h.z * h.x; h.z += h.x * h.y;
  h ^= h >> 16u;
  h.x += h.y * h.z;
  return float(h.x >> 8u) / 16777216.0;
}

void main() {
  colour = vec4(0.5, 0.0, 0.0, 1.0);
  vec3 native;
  if (!unproject((gl_FragCoord.xy - u_centre) * u_unitPerPixel + u_pan, native)) return;
  vec3 start = u_rotation * native;
  vec2 here = stokes(start);
  float strength = length(here);
  if (!(strength > 0.0)) return;
  float sum = noise(start), weights = 1.0, squares = 1.0;
  for (int side = 0; side < 2; side++) {
    vec3 v = start;
    vec3 ahead = side == 0 ? heading(start, here) : -heading(start, here);
    for (int i = 1; i <= u_steps; i++) {
      v = normalize(v + u_step * ahead);
      vec2 qu = stokes(v);
      if (!(length(qu) > 0.0)) break;
      vec3 next = heading(v, qu);
      // A polarisation has no direction: the path goes on the way it came.
      ahead = dot(next, ahead) < 0.0 ? -next : next;
      float weight = 1.0 - float(i) / float(u_steps + 1);
      sum += weight * noise(v);
      weights += weight;
      squares += weight * weight;
    }
  }
  // White noise has the standard deviation 1/sqrt(12). Grains are longer than steps, so that means scatter more than of as many
  // independent values: three of these deviations fill the range.
  float deviation = 0.288675 * sqrt(squares) / weights;
  float line = clamp((sum / weights - 0.5) / (3.0 * deviation), -1.0, 1.0);
  colour.r = 0.5 + 0.5 * line * sqrt(min(strength / u_full, 1.0));
}`
