//! What a shipped module runs on: no std, a small allocator, and a panic that is a trap.
//!
//! Built with the `console` feature instead, a panic says in the console what went wrong.

// Bodies are megabytes: blocks must join again.
#[cfg(feature = "json")]
#[path = "free_list.rs"]
mod allocator;

#[cfg(any(feature = "query", feature = "thumbhash"))]
#[path = "size_classes.rs"]
mod allocator;

#[cfg(all(target_arch = "wasm32", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
