/** The page lives at app://larmor/, an address of its own: neither file: nor any host of the network. */
export const pageScheme = 'app'
export const pageHost = 'larmor'
export const pageUrl = `${pageScheme}://${pageHost}/`
