import { z } from 'zod'

// zod looks for eval to speed itself up; the page's content security policy forbids it and would report the attempt.
z.config({ jitless: true })
