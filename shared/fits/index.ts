/**
 * FITS, as far as sky maps need it: reading headers, images, binary tables, HEALPix and plate carree maps, and
 * writing HEALPix tables and images. Pure: works on bytes in memory; `src-engine/storage` does the files.
 * FITS standard 4.0 (Pence et al. 2010, A&A 524, A42, and its 2018 revision).
 */
export { FitsError } from './errors.ts'
export type { FitsErrorCode, FitsErrorPlace } from './errors.ts'
export { Header } from './header.ts'
export type { Card, CardValue } from './header.ts'
export { readFits } from './structure.ts'
export type { FitsFile, Hdu, HduKind } from './structure.ts'
export type { Column, ColumnType } from './columns.ts'
export type { Values } from './values.ts'
export { describeKind, holdsImage, readImage } from './image.ts'
export type { FitsImage } from './image.ts'
export { isNumeric, readColumn } from './table.ts'
export type { ColumnData } from './table.ts'
export { describeMaps } from './describe.ts'
export type { MapColumn, MapDescription } from './describe.ts'
export { noMapError, readHealpixMap, unreadableMapError } from './healpix-map.ts'
export type { HealpixMap, ReadMapOptions } from './healpix-map.ts'
export type { PixelCounts } from './bad-pixels.ts'
export { naturalNside, plateCarreeToHealpix, readPlateCarree } from './plate-carree.ts'
export type { AngleAxis, PlateCarreeImage, ReadImageOptions, ResampledMap } from './plate-carree.ts'
export { writeHealpixMap, writeImage } from './write.ts'
export type { HealpixMapToWrite, ImageToWrite, MapColumnToWrite } from './write.ts'
export type { WriteCard } from './cards.ts'
