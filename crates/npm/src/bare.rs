//! What a shipped module runs on: no std, a small allocator, and a panic that is a trap.
//!
//! Built with the `console` feature instead, a panic says in the console what went wrong.

// These keep what they allocate, some hundred bytes for each listener or distribution, and use it again: an allocator
// that can free would be a third of their modules.
#[cfg(any(feature = "rum", feature = "vitals"))]
#[path = "bump.rs"]
mod bump;

#[cfg(not(any(feature = "rum", feature = "vitals")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(all(target_arch = "wasm32", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
