//! What a shipped module runs on: no std, a small allocator, and a panic that is a trap.
//!
//! Built with the `console` feature instead, a panic says in the console what went wrong.

// These have an arena, which has all of their memory.
#[cfg(any(feature = "rum", feature = "vitals"))]
#[path = "no_allocator.rs"]
mod allocator;

// Bodies are megabytes: blocks must join again.
#[cfg(feature = "json")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(not(any(feature = "json", feature = "rum", feature = "vitals")))]
#[path = "size_classes.rs"]
mod allocator;

#[cfg(all(target_arch = "wasm32", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
