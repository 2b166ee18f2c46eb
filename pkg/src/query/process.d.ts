/**
 * Bundlers replace it; Node defines it, browsers do not. A warning for developers is written as
 * `try { if (process.env.NODE_ENV !== 'production') … } catch {}`, literally: then nothing of it is left in production, and
 * where nothing replaces the expression nothing is logged.
 */
declare const process: { readonly env: { readonly NODE_ENV?: string } }
