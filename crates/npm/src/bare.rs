//! What a shipped module runs on: no std, a small allocator, and a panic that is a trap.
//!
//! Built with the `console` feature instead, a panic says in the console what went wrong.

// `vitals` allocates a few hundred bytes for each listener, and never frees: an allocator that can would be a third
// of its module.
#[cfg(feature = "vitals")]
#[path = "bump.rs"]
mod bump;

#[cfg(not(feature = "vitals"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(all(target_arch = "wasm32", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
