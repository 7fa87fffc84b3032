/** Where the papers of the library's models are found. Preprints where the journal's own number was not at hand. */
const dois: Readonly<Record<string, string>> = {
  'magnetic lsa': '10.1086/513699',
  'magnetic jf12': '10.1088/0004-637X/757/1/14',
  'magnetic uf23': '10.3847/1538-4357/ad4a54',
  'magnetic pt11': '10.1088/0004-637X/738/2/192',
  'magnetic sun08': '10.1051/0004-6361:20078671',
  'magnetic tf17': '10.1051/0004-6361/201629572',
  'magnetic han18': '10.3847/1538-4365/aa9c45',
  'magnetic hmr': '10.1088/1126-6708/1999/08/022',
  'magnetic stanev': '10.48550/arXiv.astro-ph/9607086',
  'magnetic fauvet': '10.1051/0004-6361/201014492',
  'magnetic svt22': '10.48550/arXiv.2202.06780',
  'magnetic tt02': '10.48550/arXiv.astro-ph/0111305',
  'magnetic jaffe': '10.1111/j.1365-2966.2009.15745.x',
  'magnetic kst24': '10.1051/0004-6361/202451440',
  'thermal-electrons cordes91': '10.1038/354121a0',
  'thermal-electrons ymw16': '10.3847/1538-4357/835/1/29',
  'cosmic-ray-electrons wmap': '10.1086/513699',
  'cosmic-ray-electrons sun08': '10.1051/0004-6361:20078671',
  'cosmic-ray-electrons flux': '10.3847/1538-4365/ab72a2',
}

/** The DOI of a model's paper; undefined for what has none. */
export const doiOf = (kind: string, name: string): string | undefined => dois[`${kind} ${name}`]
