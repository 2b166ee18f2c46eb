//! The allocator of a module that allocates nothing: there is no memory.
#![expect(unsafe_code, reason = "an allocator is an unsafe trait")]
use core::alloc::{GlobalAlloc, Layout};

struct None;

#[global_allocator]
static ALLOCATOR: None = None;

// SAFETY: a null pointer says that there is no memory.
unsafe impl GlobalAlloc for None {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}
