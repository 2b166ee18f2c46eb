//! What a shipped module runs on: no std, a small allocator, and a panic that is a trap.
//!
//! Built with the `console` feature instead, a panic says in the console what went wrong.
use talc::wasm::WasmDynamicTalc;

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(all(target_arch = "wasm32", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
