/** What bundlers replace; Node has it, browsers have not. */
declare const process: { readonly env: { readonly NODE_ENV?: string } }
