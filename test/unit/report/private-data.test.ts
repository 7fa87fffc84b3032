import { describe, expect, it } from 'vitest'
import { withoutPrivateData } from '#shared/report/private-data.ts'

describe('what is left of a log line in a bug report', () => {
  it.each([
    ['/home/ada/maps/secret-survey.fits: line 3', '[path]: line 3'],
    ['cannot write C:\\Users\\ada\\x.larmor here', 'cannot write [path] here'],
    ['Reading secret-survey.fits.gz', 'Reading [file]'],
    ['"my map.fits" has no ORDERING', '[file] has no ORDERING'],
    ['opened ~/work/fit.larmor', 'opened [path]'],
    ['grant:0123456789abcdef0123456789abcdef is gone', '[file] is gone'],
    ['mail ada@example.org from 10.0.0.7', 'mail [address] from [address]'],
    ['loss 1.23e4 at iteration 12/60, 0.3 it/s', 'loss 1.23e4 at iteration 12/60, 0.3 it/s'],
    ['data − model, km/s, rad/m2 and 127.0.0.1', 'data − model, km/s, rad/m2 and 127.0.0.1'],
    ['Node v24.1.0, linux x64', 'Node v24.1.0, linux x64'],
  ])('%s', (line, clean) => {
    expect(withoutPrivateData(line, [])).toBe(clean)
  })

  it('has numbers in place of names, the longer one first, and keeps what only looks alike', () => {
    const names = ['haslam', 'haslam north', 'ada', 'K']
    expect(withoutPrivateData('HASLAM north and haslam of Ada, adapted, in K', names)).toBe(
      '[name 2] and [name 1] of [name 3], adapted, in K',
    )
  })

  it('cuts lines that nobody reads', () => {
    expect(withoutPrivateData(`${'x'.repeat(100_000)}\nshort`, [])).toHaveLength(1000 + 1 + 6)
  })
})
