/** Bundlers replace it; Node defines it, browsers do not. */
declare const process: { readonly env: { readonly NODE_ENV?: string } }
