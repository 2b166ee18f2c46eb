//! What a shipped module runs on: no std, a small allocator, and a panic that is a trap.
//!
//! Built with the `console` feature instead, a panic says in the console what went wrong.

// What these allocate, some hundred bytes for each listener or distribution, they keep and use again: an allocator that
// can free would be a third of their modules.
#[cfg(any(feature = "rum", feature = "vitals"))]
#[path = "bump.rs"]
mod allocator;

// Bodies are megabytes: blocks must join again.
#[cfg(feature = "json")]
#[path = "free_list.rs"]
mod allocator;

#[cfg(not(any(feature = "json", feature = "rum", feature = "vitals")))]
#[path = "size_classes.rs"]
mod allocator;

#[cfg(all(target_arch = "wasm32", not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
